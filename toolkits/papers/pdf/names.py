"""What sections of papers are called."""

from __future__ import annotations

import re

_LETTERS = re.compile(r"[^a-z&]+")

# Where a paper numbers its sections, these may stand without a number.
UNNUMBERED = re.compile(
    r"abstract|references|bibliography|literaturecited|acknowledge?ments?(anddisclosure.*|andfunding)?"
    r"|appendi(x|ces).*|supplement(ary|al)?(materials?|information)?|(broader|societal)?impact(statement)?|broaderimpacts?"
    r"|ethic(s|al)(statement|considerations?|andsocietalimpact)?|reproducibility(statement|checklist)?|authorcontributions?"
    r"|funding|checklist|(neurips)?paperchecklist|dataavailability|codeavailability"
    r"|limitations(andfuturework)?|ccsconcepts|keywords|indexterms|contents|notes|competinginterests"
)
INTRODUCTION = re.compile(r"introduction.*|.*introduction")
# Headings that tell which type a paper without numbers sets its sections in.
USUAL = re.compile(
    r"introduction|background|(related|previous|prior)works?|methods|methodology|approach|experiments?|results?"
    r"|evaluation|discussion|conclusions?|references|acknowledge?ments?|resultsanddiscussion|materialsandmethods"
    r"|experimentalresults|futurework|(discussion|conclusions?)and.*|preliminaries|analysis"
)
BACK = re.compile(
    r"references|bibliography|literaturecited|appendi(x|ces).*|supplement(ary|al)?(materials?|information)?"
)

# What sections of results are called; what makes one a preparation, or somebody else's; what may be one.
_RESULTS = re.compile(
    r"results?|experiments?|experimentation|experimental|evaluations?|evaluating|findings"
    r"|empirical(?! risk| bayes)"
)
_PLAINLY = re.compile(r"results?|experiments( and|$)")
_PREPARATION = re.compile(
    r"set-?up|settings?|details|protocol|design|metrics?|datasets?|\bdata\b|framework|environments?|procedure|tasks?$"
    r"|methods?\b|methodology|implementation|background|configuration|benchmarks?$|findings"
)
_ELSEWHERE = re.compile(r"related|previous|prior|theor|preliminaries|literature|motivat")
_WEAKER = re.compile(r"ablations?|case stud(y|ies)|simulations?|performance|comparisons?")


def key(text: str) -> str:
    """A heading's letters: small capitals and spaced type are often read with stray spaces."""
    return _LETTERS.sub("", text.lower())


def promises_results(text: str) -> int:
    """How surely a section of this name holds the results: 3 surely, 2 for want of better, 1 perhaps."""
    name = text.lower()
    if _RESULTS.search(name) or _RESULTS.fullmatch(key(text)):
        preparing = _PREPARATION.search(name) and not _PLAINLY.search(name)
        return 2 if preparing or _ELSEWHERE.search(name) else 3
    return 1 if _WEAKER.search(name) else 0
