"""The output folder."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import subprocess
import sys

import pytest

from engine.folder import Folder
from engine.model import Request, Usage, User
from engine.submission import Submission
from tests.doubles import Answering
from tests.engine.test_summary import record


def test_the_tree(tmp_path):
    """Config, overrides and the folders stand before the first run."""
    Folder(tmp_path / "out").create({"config.yaml": "task: toy\n"})
    assert (tmp_path / "out/config.yaml").read_text() == "task: toy\n"
    assert (tmp_path / "out/transcripts").is_dir()


def test_records_come_back_by_number(tmp_path):
    """Runs finish in any order; reading sorts them."""
    folder = Folder(tmp_path)
    for run in (2, 0, 1):
        folder.append(record("pass", run=run))
    assert [one.run for one in folder.records()] == [0, 1, 2]


async def test_long_lines_from_many_threads_stay_whole(tmp_path):
    """Records of any size appended at once never mix."""
    folder = Folder(tmp_path)
    records = [record("fail", run=run, reason="x" * 100_000) for run in range(40)]
    await asyncio.gather(*(asyncio.to_thread(folder.append, one) for one in records))
    assert [one.run for one in folder.records()] == list(range(40))


def test_a_torn_last_line_is_passed_over(tmp_path):
    """What a crash cut off is no record, and hides no other."""
    folder = Folder(tmp_path)
    folder.append(record("pass", run=0))
    with (tmp_path / "runs.jsonl").open("ab") as file:
        file.write(record("pass", run=1).line()[:40])
    assert [one.run for one in folder.records()] == [0]


def test_a_record_that_does_not_fit_leaves_no_trace(tmp_path):
    """A full disk is an error, and the records before it can still be read."""
    folder = Folder(tmp_path)
    folder.append(record("pass", run=0))
    size = (tmp_path / "runs.jsonl").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, before[1]))
    try:
        with pytest.raises(OSError, match=r"space|large"):
            folder.append(record("pass", run=1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert (tmp_path / "runs.jsonl").stat().st_size == size


def test_two_experiments_never_share_a_folder(tmp_path):
    """Who comes second, even in the same moment, gets the next name."""
    folders = [Folder(tmp_path / "now") for _ in range(3)]
    for folder in folders:
        folder.create({})
    assert [folder.path.name for folder in folders] == ["now", "now-2", "now-3"]


def test_what_is_not_begun_whole_is_not_begun(tmp_path):
    """A crash or a full disk while a folder is made: the next one begins there, as if nothing were."""
    folder = Folder(tmp_path / "now")
    with pytest.raises(FileNotFoundError):
        folder.create({"config.yaml": "task: toy\n", "nowhere/assets.json": "{}"})
    assert not folder.begun()
    folder.release()
    folder.create({"config.yaml": "task: toy\n"})
    assert (folder.begun(), folder.path.name) == (True, "now")


def test_submissions_and_summary(tmp_path):
    """Files keep their paths; the summary is JSON."""
    folder = Folder(tmp_path)
    folder.keep(7, Submission({"a/b.py": "x = 'é'\n"}))
    folder.summarize({"rate": None})
    assert (tmp_path / "submissions/007/a/b.py").read_text(encoding="utf-8") == "x = 'é'\n"
    assert json.loads((tmp_path / "summary.json").read_text()) == {"rate": None}


def begun(path):
    folder = Folder(path)
    folder.create({"config.yaml": "task: toy\n"})
    for run, outcome in enumerate(("pass", "void", "fail")):
        folder.append(record(outcome, run=run))
    folder.release()
    return Folder(folder.path)


def test_resuming_mends_what_was_torn(tmp_path):
    """A last line without its end is cut off and said; whole lines stay as they were."""
    folder = begun(tmp_path / "out")
    for name in ("runs.jsonl", "transcripts/003.jsonl"):
        with (folder.path / name).open("ab") as file:
            file.write(
                b'{"event": "run_started"}\n{"run": 3, "out' if "transcripts" in name else b'{"run": 3'
            )
    assert folder.resume({}) == [
        "runs.jsonl: its last line was torn, and is cut off",
        "transcripts/003.jsonl: its last line was torn, and is cut off",
    ]
    assert (folder.path / "transcripts/003.jsonl").read_text() == '{"event": "run_started"}\n'
    folder.release()
    assert folder.resume({}) == []


def test_resuming_makes_room_for_void_runs(tmp_path):
    """They are made again, and then have one record, like all others."""
    folder = begun(tmp_path / "out")
    folder.resume({"config.yaml": "task: toy\nruns: 5\n"})
    assert [one.run for one in folder.records()] == [0, 2]
    assert (folder.path / "config.yaml").read_text() == "task: toy\nruns: 5\n"
    assert not list(folder.path.glob(".*"))


def test_a_second_process_is_kept_out(tmp_path):
    """As long as the first one holds the folder, and no longer; a killed one holds nothing."""
    folder = begun(tmp_path / "out")
    script = (
        "import sys, time; from pathlib import Path; from engine.folder import Folder;"
        "folder = Folder(Path(sys.argv[1])); folder.resume({}); print('mine', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, folder.path], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(BlockingIOError):
            folder.resume({})
        other.kill()
        other.wait()
        assert folder.resume({}) == []
    with pytest.raises(BlockingIOError):
        Folder(folder.path).resume({})
    folder.release()
    Folder(folder.path).resume({})


def test_a_submission_comes_back_if_it_is_whole(tmp_path):
    """To the letter, line ends included; one that a crash cut off does not."""
    folder = begun(tmp_path / "out")
    submission = Submission({"a/b.py": "x = 1\r\ny = 'é'\n", "c.txt": ""}, source="mine")
    folder.keep(7, submission)
    event = {"digest": submission.digest, "source": "mine"}
    assert folder.kept(7, event) == submission
    assert folder.kept(8, event) is None
    (folder.path / "submissions/007/c.txt").write_text("more")
    assert folder.kept(7, event) is None


async def test_what_was_spent_is_in_the_transcripts(tmp_path):
    """That of runs without a record as well."""
    folder = begun(tmp_path / "out")
    model = Answering(lambda _: "hi")
    for run in (0, 4):
        await folder.transcript(run).ask("agent", model, Request((User(("Hello.",)),)))
    assert folder.spent() == Usage(20, 10, cost=0.002)
