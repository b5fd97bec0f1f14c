"""The introduction and the results of a scientific PDF.

extract     reads a file in a process of its own, with bounds           extract.sections(bytes)
program     what that process runs: PDF in, JSON out
reading     the steps in their order                                    reading.paper(Document)
document    bytes to pages of lines, the only user of pymupdf
furniture   drops running heads, page numbers, small print
layout      reading order: columns, bands, rows
floats      drops captions, figures, tables
headings    which rows are headings
numbers     1, 2.3, IV., A: what headings begin with, and which of them follow each other
names       what sections are called, and which promise results
opening     an introduction without a heading
text        rows to paragraphs
sections    what comes out: the text, its headings, the two sections
"""
