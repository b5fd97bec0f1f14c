"""A YAML file by somebody else is looked at before anything is made of it."""

from __future__ import annotations

import re
import time

import pytest
from omegaconf import OmegaConf

from engine.config.document import DEEPEST, MOST_NODES, examine
from engine.config.mounts import CONF, RUBRICS
from engine.errors import Refused

TEN = ", ".join("x" * 10)
LAUGHS = f"a0: &a0 [{TEN}]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "m0: &m0 {x: 1}\n" + "".join(
    f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAUGHS, r"x\.yaml, line 5: a config has at most 20,000 values, aliases counted in full"),
        (MERGES, r"line 5: a config has at most 20,000 values"),
        (f"a: [{'1, ' * (MOST_NODES + 1)}]", r"line 1: a config has at most 20,000 values"),
        ("a: &a [*a]", r"line 1: \*a stands for itself"),
        ("a: &a {b: &b {c: *a}}", r"line 1: \*a stands for itself"),
        ("a: " + "[" * 100_000, r"line 1: a config is at most 30 levels deep"),
        ("{a: " * (DEEPEST + 1), r"line 1: a config is at most 30 levels deep"),
        ("#" * 8_000_001, r"x\.yaml: a config has at most 8 MB, and this has 8,000,001 bytes"),
        ("a: 1" + ":59" * 1_000_000, r"line 1: a number has at most 1,000 digits"),
        ("a: 0x" + "f" * 1_000_000, r"line 1: a number has at most 1,000 digits"),
        ("a: !!int '" + "9" * 5_000 + "'", r"line 1: a number has at most 1,000 digits"),
        ("\na: !!python/object/apply:os.system [ls]", r"line 2: the tag .*os\.system is not accepted"),
        ("a: !!python/object/apply:pathlib.WindowsPath [x]", r"the tag .*WindowsPath is not accepted"),
        ("a: !!python/name:os.system ''", r"the tag .*os\.system is not accepted"),
        ("a: !mine x", r"the tag !mine is not accepted"),
    ],
    ids=lambda value: value[:12],
)
def test_refused_at_once(tmp_path, text, message):
    """File and line, long before a node is made of it."""
    file = tmp_path / "x.yaml"
    file.write_text(text)
    began = time.process_time()
    with pytest.raises(Refused, match=f"^{re.escape(str(tmp_path))}/x.yaml.*") as refused:
        examine(file)
    assert re.search(message, str(refused.value))
    assert time.process_time() - began < 1


def test_what_a_person_writes_passes(tmp_path):
    """Aliases, merge keys, long texts and numbers; what is shipped as well."""
    file = tmp_path / "x.yaml"
    digits, words = "9" * 5_000, "so it is " * 5_000
    file.write_text(f"a: &a {{b: 1.5e3, c: [0x1f]}}\nd: {{<<: *a, e: {words}}}\nf: '{digits}'\ng: *a\n")
    examine(file)
    for shipped in (*CONF.rglob("*.yaml"), *RUBRICS.rglob("*.yaml")):
        examine(shipped)


def test_the_most_can_be_held(tmp_path):
    """As deep as is accepted, omegaconf can still make a config of it."""
    file = tmp_path / "x.yaml"
    file.write_text("a: " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1))
    examine(file)
    made = OmegaConf.load(file)
    assert OmegaConf.to_container(OmegaConf.merge(made, made), resolve=True)
