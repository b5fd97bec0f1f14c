"""What was fetched, kept on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import Void
from toolkits.papers.kept import Kept
from toolkits.papers.trouble import Absent, Trouble
from toolkits.papers.web import Web

PUT = "import sys; from toolkits.papers.kept import Kept; [Kept().put(f'q{n}', b'%d' % n) for n in range(20)]"


def test_by_question(tmp_path):
    """The latest answer, byte for byte; None where there is none."""
    kept = Kept(str(tmp_path / "here"))
    assert kept.get("a") is None
    assert not (tmp_path / "here").exists()
    kept.put("a", b"\x00\xff")
    kept.put("a", b"\x00\xfe")
    assert Kept(str(tmp_path / "here")).get("a") == b"\x00\xfe"
    assert kept.get("b") is None


def test_several_processes_at_once(cache):
    """They write into one file, in the user's cache folder."""
    root = str(Path(__file__).parents[3])
    running = [subprocess.Popen([sys.executable, "-c", PUT], cwd=root) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert [Kept().get(f"q{n}") for n in range(20)] == [b"%d" % n for n in range(20)]
    assert [path.name for path in (cache / "declarative-evals").iterdir()] == ["papers.sqlite"]


@pytest.mark.parametrize("there", [False, True])
def test_to_miss_something_offline(tmp_path, there):
    """It is our failure, and says what was missed."""
    if there:
        Kept(str(tmp_path)).put("a", b"1")
    kept = Kept(str(tmp_path), offline=True)
    with pytest.raises(Void, match=r"library\.offline=true, and this was never fetched: http://x/b") as void:
        kept.get("http://x/b")
    assert void.value.kind == "tool"
    assert not there or kept.get("a") == b"1"


def test_trouble_is_replayed_offline(tmp_path):
    """What had no answer then has none now; online it is asked for anew."""
    Kept(str(tmp_path)).put_trouble("a", Trouble("is tired", "sleep", temporary=True, retry_after=2.0))
    assert Kept(str(tmp_path)).get("a") is None
    with pytest.raises(Trouble, match="is tired") as raised:
        Kept(str(tmp_path), offline=True).get("a")
    assert raised.value.told() == {"what": "is tired", "instead": "sleep", "retry_after": 2.0}
    Kept(str(tmp_path)).put("a", b"1")
    assert Kept(str(tmp_path), offline=True).get("a") == b"1"


@pytest.mark.parametrize("offline", [False, True])
def test_a_no_is_kept(tmp_path, offline):
    """It is not asked for again."""
    Kept(str(tmp_path)).put_trouble("a", Absent("does not know", "search"))
    with pytest.raises(Absent, match="does not know"):
        Kept(str(tmp_path), offline).get("a")


@pytest.mark.parametrize("offline", [False, True])
def test_a_file_that_is_no_cache_makes_the_run_void(tmp_path, offline):
    """It is our trouble, never the agent's."""
    (tmp_path / "papers.sqlite").write_text(
        "no database, and long enough not to be taken for an empty one" * 9
    )
    with pytest.raises(Void, match="cannot be kept"):
        Kept(str(tmp_path), offline).get("a question")


def test_a_folder_that_cannot_be_makes_the_run_void(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Void, match=r"library\.cache"):
        Kept(str(tmp_path / "file/in")).put("a question", b"an answer")


async def test_a_user_in_an_address_is_not_kept(tmp_path):
    """What one needs to get in is nobody's to read in a file."""
    web = Web("here", "http://user:swordfish@127.0.0.1:9", {}, gap=0, patience=0.1)
    web.kept = Kept(str(tmp_path))
    with pytest.raises(Trouble):
        await web.get("x", bytes)
    assert b"swordfish" not in (tmp_path / "papers.sqlite").read_bytes()
