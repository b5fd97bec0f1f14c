"""Records become something to read. `python -m engine.report DIR [DIR...]` makes it anew from the folders.

run        one run, turn by turn
terminal   a line per run, and the summary of an experiment
cards      scored runs, item by item
sweep      several experiments side by side
html       one page, with every run to be opened; rows and packed are what it holds, page/ how it looks
inspect    an experiment as a log of Inspect AI; sample is one run of it
junit      experiments as JUnit XML, for CI
runs       runs as a flat table, for CSV and Parquet
comparison two experiments run by run, and what else records allow one to say
"""
