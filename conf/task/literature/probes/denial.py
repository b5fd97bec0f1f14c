"""Whether a sentence denies a number that stands in it, or takes it back."""

from __future__ import annotations

import re

REACH = 15  # words between a negation and what it denies
GAINING = "lower|reduc|improv|rais|increas|reach|achiev|attain|obtain|gain|gett|cutt|match|exceed|com"
DENIED = re.compile(
    r"\b(?:not|never|nor|neither|cannot|hardly|fail(?:s|ed|ing)?\s+to|unable\s+to|far\s+(?:from|below|above)|"
    r"remain(?:s|ed)\s+below|(?:fell|falls?)\s+short\s+of|short\s+of|nowhere\s+near|miss(?:es|ed)|rather\s+than|"
    rf"instead\s+of|without\s+(?:ever\s+)?(?:{GAINING})ing|no\s+\w+\s+of$|"
    r"no\s+(?:\w+\s+){1,4}(?:was|were)\s+(?:seen|found|observed|measured|reported))\b|n't\b",
    re.I,
)
# What only looks like a denial.
KEPT = re.compile(
    r"\bnot\s+(?:only|just|merely|simply|a\s+single)\b|\bnot?\s+(?:less|more|fewer)\s+than\b|\bby\s+no\s+means\b|"
    r"\b(?:has|have|had|were|was|are)\s+(?:never|not)\s+(?:been\s+)?(?:seen|demonstrated|shown|met)\b|"
    r"\bnever[- ](?:before[- ])?seen|\bno\s+significant\b|\bnot\s+matched\s+by\b|"
    r",\s+(?:however|though|in fact|moreover),",
    re.I,
)
TAKEN_BACK = re.compile(
    r"\b(?:was|were|is|are|has|have|could|can|did|does|do)(?:\s+(?:not|never)|n't)\b|"
    r"\b(?:unsupported|unconfirmed|refuted|disputed|not\s+(?:achieved|supported|reproduced|confirmed|reached))\b",
    re.I,
)
DOUBTED = re.compile(
    r"\b(?:(?:did|does|could|can|would)\s*n[o']t\s+(?:\w+\s+){0,2}(?:bear|reach|hold|attain|achieve|materiali[sz]e|confirm)|"
    r"(?:was|were|is|are)\s+(?:not|never)\s+able\s+to|out\s+of\s+(?:its\s+|their\s+)?(?:reach|the\s+question)|"
    r"nowhere\s+near|let\s+alone|failed\s+to|fails\s+to|fell\s+short|unsuccessful|contrary\s+to|"
    r"(?:was|were)\s+(?:hoped|expected|claimed|promised|supposed)|aimed\s+(?:at|for)|set\s+out\s+to|"
    r"(?:is|are)\s+(?:claimed|said)|disproved|refuted|retracted|false|untrue|wrong|wrongly|incorrect|incorrectly|myth|"
    r"made\s+up|nobody|no\s+one|anything\s+but|lacks?|might)\b|\?$",
    re.I,
)
CLAUSE = re.compile(r"[;:,()]\s|\b(?:and|but|yet|while|whereas|which|who|whose)\b")


def denied(text: str, place: int) -> bool:
    """Whether a word in the same clause, before it or after, denies what stands at that place."""
    before = CLAUSE.split(KEPT.sub("", text[:place]))[-1]
    after = CLAUSE.split(KEPT.sub("", text[place:]))[0]
    said = DENIED.search(" ".join(before.split()[-REACH:])) or text.startswith(("Neither", "Nor "))
    return bool(said or TAKEN_BACK.search(" ".join(after.split()[:REACH])))


def doubted(text: str) -> bool:
    """Whether the sentence takes something back, so that one had better not rely on it."""
    return bool(DOUBTED.search(text))
