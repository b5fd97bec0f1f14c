"""The output folder."""

from __future__ import annotations

import asyncio
import json
import resource
import signal

import pytest

from engine.folder import Folder
from engine.submission import Submission
from tests.engine.test_summary import record


def test_the_tree(tmp_path):
    """Config, overrides and the folders stand before the first run."""
    Folder(tmp_path / "out").create("task: toy\n", ("task=toy", "runs=2"))
    assert (tmp_path / "out/config.yaml").read_text() == "task: toy\n"
    assert (tmp_path / "out/overrides.yaml").read_text() == '- "task=toy"\n- "runs=2"\n'
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
        folder.create("", ())
    assert [folder.path.name for folder in folders] == ["now", "now-2", "now-3"]


def test_submissions_and_summary(tmp_path):
    """Files keep their paths; the summary is JSON."""
    folder = Folder(tmp_path)
    folder.keep(7, Submission({"a/b.py": "x = 'é'\n"}))
    folder.summarize({"rate": None})
    assert (tmp_path / "submissions/007/a/b.py").read_text(encoding="utf-8") == "x = 'é'\n"
    assert json.loads((tmp_path / "summary.json").read_text()) == {"rate": None}
