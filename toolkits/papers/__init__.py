"""Tools that find and read papers, and where they look.

tools        the five tools
library      the sources, asked in their order and merged
reader       a cheap model that finds and condenses a section
sources/     corpus: ours, on disk;  arxiv, semantic_scholar, openalex: over HTTP
index        the corpus as a searchable SQLite database
web          one host, asked politely: cache, retries, breaker
request      one HTTP request after another: pace, redirects, who sees the key
pdf/         sections of a PDF
paper        what is known of a paper
identifier   which paper is meant, in every usual spelling
trouble      why there is no answer, and what to do instead
"""
