"""Records become something to read. `python -m engine.report DIR [DIR...]` makes it anew from the folders.

run        one run, turn by turn
terminal   a line per run, and the summary of an experiment
cards      scored runs, item by item
sweep      several experiments side by side
comparison two experiments run by run, and what else records allow one to say
"""
