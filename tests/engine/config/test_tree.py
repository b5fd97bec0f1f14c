"""The composed config as plain values."""

from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from engine.config import effort
from engine.config.tree import leaves, resolved
from engine.errors import Refused


def chain(length: int, last: str = "x" * 10) -> dict[str, str]:
    """Each value is the next one, twice."""
    return {f"k{n}": f"${{a.k{n + 1}}}" * 2 for n in range(length)} | {f"k{length}": last}


def test_references_are_followed():
    cfg = OmegaConf.create({"a": chain(3, "x"), "b": {"c": "${..a.k3}", "d": "\\${a}", "e": [1, "${b.c}"]}})
    tree = resolved(cfg)
    assert tree["a"]["k0"] == "x" * 8
    assert tree["b"] == {"c": "x", "d": "${a}", "e": [1, "x"]}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"a": chain(40)}, r"^a\.k0: this takes more than 0\.5 s"),
        ({"a": {"k0": "${a.k1}" * 200, "k1": "${a.k2}" * 200, "k2": "${a.k3}" * 200, "k3": ""}}, r"^a\.k0: "),
        (
            {
                "a": {f"k{n}": {"x": f"${{a.k{n + 1}}}", "y": f"${{a.k{n + 1}}}"} for n in range(40)}
                | {"k40": 1}
            },
            r"^a\.k0\.x: this takes more than",
        ),
        ({"a": "${b}", "b": "${a}"}, r"^a: "),
        ({"a": "${b}"}, r"^a: .*'b' not found"),
        ({"a": "${no.such:1}"}, r"^a: Unsupported interpolation type"),
    ],
    ids=["twice", "a hundred times", "nodes", "a circle", "nothing", "no resolver"],
)
def test_what_grows_without_end_is_refused(monkeypatch, said, message):
    """With the key at which it began."""
    monkeypatch.setattr(effort, "SECONDS", 0.5)
    with pytest.raises(Refused, match=message):
        resolved(OmegaConf.create(said))


def test_leaves():
    tree = {"a": {"b": 1, "c": [{"d": None}, "e"]}, "f": {}}
    assert dict(leaves(tree)) == {"a.b": 1, "a.c.0.d": None, "a.c.1": "e", "f": {}}
