"""The user's own folder."""

from __future__ import annotations

import subprocess
import sys

from engine.place import _key, key, place

SHOW = "from engine.place import key; print(key().hex())"


def test_where_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert place() == tmp_path / "declarative-evals"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert place() == tmp_path / "me/.cache/declarative-evals"


def test_one_key_for_all_processes(monkeypatch, tmp_path):
    """Also those that begin at the same moment; nobody else may read it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    started = [
        subprocess.Popen([sys.executable, "-c", SHOW], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    keys = {process.communicate()[0].strip() for process in started}
    assert keys == {key().hex()}
    assert (tmp_path / "declarative-evals/key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "declarative-evals").iterdir()] == ["key"]


def test_a_folder_that_cannot_be_used(tmp_path):
    """The key is this process's own, and stays the same in it."""
    (tmp_path / "file").write_text("")
    assert _key(tmp_path / "file/key") == _key(tmp_path / "file/key")


def test_a_key_that_was_spoilt_is_none(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    assert len(_key(tmp_path / "key")) == 32
