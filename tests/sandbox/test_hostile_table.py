"""The hostile suite as a whole, and the command that runs it: what it prints, and its exit code."""

from __future__ import annotations

import pytest

from sandbox import SandboxError
from sandbox.attacks.families import FAMILIES, programs
from sandbox.hostile import __main__ as command
from sandbox.hostile import table
from sandbox.hostile.promises import BACKENDS, broken, promised
from sandbox.hostile.proofs import AFTER, SEEN
from sandbox.hostile.suite import attacks

SUITE = attacks()
NAMES = [attack.name for attack in SUITE]
HELD = {attack.name: "held" for attack in SUITE}
WENT = {"namespaces": HELD, "subprocess": HELD | {"secret": "not held", "vsock": "not here"}}


def test_the_suite_is_whole():
    """Each attack has a name of its own, a line that says what it tries, and a proof that is looked for."""
    assert len(set(NAMES)) == len(NAMES) >= 60
    assert all(attack.tries and "\n" not in attack.tries for attack in SUITE)
    alone = {name for family in FAMILIES.values() for name in programs(family)}
    assert alone == set(SEEN) | set(AFTER)
    assert not set(SEEN) & set(AFTER)


def test_promises_are_about_attacks():
    """The strongest backend promises all of the suite, each weaker one less."""
    kept = [promised(backend, SUITE) for backend in BACKENDS]
    assert kept[0] == kept[1] == set(NAMES)
    assert kept[1] > kept[2] > kept[3]


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_narrow(width):
    """No line is longer than the terminal is wide, and every attack has its place."""
    lines = list(table.lines(SUITE, WENT, width))
    assert max(map(len, lines)) <= width
    shown = {word for line in lines for word in line.split()}
    assert shown >= set(HELD)
    assert "namespaces held 65 of 65." in lines
    assert "subprocess held 63 of 64." in " ".join(lines)


def test_wide():
    """One row an attack, a heading a family."""
    lines = list(table.lines(SUITE, WENT, 80))
    assert lines[:3] == [
        f"{'':26}namespaces  subprocess",
        "reading secrets",
        "  secret                  held        not held",
    ]


def test_markdown():
    """What is not held stands out."""
    lines = list(table.markdown(SUITE, WENT))
    assert lines[0] == "| attack | what it tries | namespaces | subprocess |"
    assert lines[2] == "| **reading secrets** | | | |"
    assert lines[3] == "| `secret` | Read a file of the host that was not given | held | **not held** |"


def test_promises():
    """What lets through what it promised to hold is named, and so is that of which nothing was found out."""
    assert broken("subprocess", SUITE, HELD | {"secret": "not held"}) == []
    assert broken("landlock", SUITE, HELD | {"secret": "not held", "disk": "not held"}) == ["secret"]
    assert broken("namespaces", SUITE, HELD | {"disk": "untried", "vsock": "not here"}) == ["disk"]


class Backend:
    """One on which attacks go as they are told to."""

    def __init__(self, went):
        self.went = went

    def open(self, job):
        raise SandboxError("user namespaces are forbidden here")

    async def close(self):
        pass


@pytest.mark.parametrize(
    ("went", "code"), [({}, 0), ({"secret": "not held"}, 1), ({"secret": "untried"}, 1), (None, 2)]
)
def test_exit_code(monkeypatch, capsys, went, code):
    """0 where all promises are kept, 1 where one is not, 2 where there is nothing to try."""

    async def ran(backend, job):
        if went is None:
            backend.open(job)

    async def outcomes(backend, suite, works):
        return HELD | backend.went

    async def working(suite):
        return set(HELD)

    monkeypatch.setattr(command, "run", ran)
    monkeypatch.setattr(command, "working", working)
    monkeypatch.setattr(command, "outcomes", outcomes)
    monkeypatch.setattr(command, "BACKENDS", {"namespaces": lambda: Backend(went)})
    assert command.main(["--markdown"]) == code
    told = capsys.readouterr().err
    assert ("namespaces does not hold what it promises: secret" in told) == (code == 1)
    assert ("namespaces cannot start here: user namespaces are forbidden here" in told) == (code == 2)


def test_it_knows_its_options(capsys):
    """A misspelt one is refused."""
    with pytest.raises(SystemExit) as end:
        command.main(["--markdwn"])
    assert end.value.code == 2
    assert list(BACKENDS) == ["namespaces", "warm", "landlock", "subprocess"]
