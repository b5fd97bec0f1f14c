"""The engine's own Python, as a job sees it."""

import sys

import pytest

from sandbox import interpreter


def test_program() -> None:
    """Only the bare name stands for the engine's interpreter."""
    assert interpreter.program(("python", "main.py")) == [sys.executable, "-s", "main.py"]
    assert interpreter.program(("/usr/bin/python", "x")) == ["/usr/bin/python", "x"]
    with pytest.raises(ValueError, match="argv is empty"):
        interpreter.program(())


def test_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefixes and package folders are shown, none of them twice, and nothing else of the search path."""
    monkeypatch.setattr(sys, "prefix", "/home/me/env")
    paths = ["", "/home/me/project", "/home/me/env/lib/site-packages", "/opt/site-packages"]
    monkeypatch.setattr(sys, "path", paths)
    folders = interpreter.folders()
    assert {"/home/me/env", "/opt/site-packages"} <= set(folders)
    assert not [folder for folder in folders if "project" in folder or folder.endswith("lib/site-packages")]
