"""Which paper is meant."""

from __future__ import annotations

import pytest

from toolkits.papers.identifier import PaperId, same_as

SHA = "649def34f8be52c8b66281af98ae884c09aef38b"
WIDE = "2310.08560".translate({ord("0") + n: 0xFF10 + n for n in range(10)})
SPELLINGS = {
    "arXiv:2310.08560": [
        *("2310.08560", "2310.08560v2", "arXiv:2310.08560", "ARXIV: 2310.08560v12", "arxiv 2310.08560"),
        *("arXiv:2310.08560v2 [cs.AI]", "[2310.08560]", "(arXiv:2310.08560)", "2310.08560.", " 2310.08560\n"),
        *("https://arxiv.org/abs/2310.08560", "http://www.arxiv.org/abs/2310.08560v1", "2310.08560v2.pdf"),
        *("https://arxiv.org/pdf/2310.08560", "https://arxiv.org/pdf/2310.08560v2.pdf#page=3"),
        *("arxiv.org/html/2310.08560v2?x=1", "https://export.arxiv.org/abs/2310.08560/"),
        *("https://ar5iv.labs.arxiv.org/html/2310.08560", "https://huggingface.co/papers/2310.08560"),
        *("https://www.alphaxiv.org/abs/2310.08560", "URL:https://arxiv.org/abs/2310.08560"),
        *("10.48550/arXiv.2310.08560", "https://doi.org/10.48550/arXiv.2310.08560", WIDE),
    ],
    "arXiv:math/0309136": [
        *("math/0309136", "math.GT/0309136", "arXiv:math.GT/0309136v1", "https://arxiv.org/abs/math/0309136"),
        "10.48550/arXiv.math/0309136",
    ],
    "arXiv:hep-th/9901001": ["hep-th/9901001", "https://arxiv.org/pdf/hep-th/9901001v3"],
    "DOI:10.1162/tacl_a_00638": [
        *("10.1162/tacl_a_00638", "doi:10.1162/TACL_a_00638", "DOI: 10.1162/tacl_a_00638"),
        *("https://doi.org/10.1162/tacl_a_00638", "http://dx.doi.org/10.1162%2Ftacl_a_00638"),
    ],
    "DOI:10.1145/3397271.3401075": ["https://dl.acm.org/doi/abs/10.1145/3397271.3401075"],
    f"S2:{SHA}": [
        *(SHA, SHA.upper(), f"S2:{SHA}", f"https://www.semanticscholar.org/paper/{SHA}"),
        f"https://www.semanticscholar.org/paper/Construction-of-the-Literature-Graph/{SHA}",
        f"https://api.semanticscholar.org/graph/v1/paper/{SHA}",
    ],
    "CorpusId:215416146": ["CorpusId:215416146", "https://api.semanticscholar.org/CorpusID:215416146"],
    "OpenAlex:W2741809807": [
        *("W2741809807", "w2741809807", "https://openalex.org/W2741809807"),
        "https://api.openalex.org/works/W2741809807",
    ],
    "corpus:memgpt": ["corpus:memgpt", "Corpus: memgpt"],
}
REFUSED = [
    *("", " ", "MemGPT", "2310", "2310.085", "2313.08560", "2310.085601", "215416146", "arXiv:", "10.1162/"),
    *("https://example.org/abs/2310.08560", SHA[:39], "W12", "2310.08560 and 2307.03172", "../etc/passwd"),
    *("2310.08560v", "math/030913", "math/0313136", "x" * 100_000, "https://", "doi:", "corpus:a b"),
]


@pytest.mark.parametrize(("usual", "text"), [(id, text) for id, texts in SPELLINGS.items() for text in texts])
def test_every_usual_spelling(usual, text):
    """They all come to one, which is read as itself."""
    assert str(PaperId.parse(text)) == usual
    assert PaperId.parse(usual) == PaperId.parse(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_none(text):
    """It is refused in few words, with what would be accepted."""
    with pytest.raises(ValueError, match="is no identifier of a paper; accepted: an arXiv id") as refused:
        PaperId.parse(text)
    assert len(str(refused.value)) < 500


def test_what_an_address_says():
    """Something or nothing, and a DOI of arXiv's is an arXiv id."""
    assert same_as("https://doi.org/10.48550/arxiv.2310.08560") == {"arxiv": "2310.08560"}
    assert same_as("https://openalex.org/W2741809807") == {"openalex": "W2741809807"}
    assert same_as("https://example.org") == same_as("") == {}
