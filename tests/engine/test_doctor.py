"""What a machine is told of itself."""

from __future__ import annotations

import pytest

from engine import doctor
from sandbox import auto
from sandbox.subprocess import Subprocess


def test_what_is_here(capsys, monkeypatch):
    """Each backend was attacked; a key is named with whether it is set, and never shown."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-planted-0123456789")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert doctor.main([]) == 0
    told = capsys.readouterr().out
    assert "namespaces (level 3): holds what its level promises" in told
    assert "sandbox=auto takes namespaces (level 3)" in told
    assert "ANTHROPIC_API_KEY is set" in told and "OPENAI_API_KEY is not set" in told
    assert "planted" not in told


class Leaky(Subprocess):
    """A sandbox that only says that it is strong."""

    level = 3


def test_a_machine_where_nothing_holds(capsys, monkeypatch):
    """It says what got through, and that untrusted code is refused here."""
    monkeypatch.setattr(auto, "Namespaces", Leaky)
    monkeypatch.setattr(auto, "Landlock", Leaky)
    assert doctor.main([]) == 2
    told = capsys.readouterr().out
    assert "did not hold connect" in told
    assert "None is taken" in told


def test_a_package_that_is_missing(monkeypatch):
    """It is said what it would be needed for."""
    monkeypatch.setattr(doctor, "PACKAGES", {"no-such-package": "nothing"})
    assert "  no-such-package is missing; it is needed for nothing" in list(doctor._packages())


@pytest.mark.parametrize("arguments", [["--help"], ["x"]])
def test_it_takes_nothing(arguments, capsys):
    """Arguments are refused, not passed over."""
    assert doctor.main(arguments) == 2
    assert "takes no arguments" in capsys.readouterr().err
