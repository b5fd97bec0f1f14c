"""Replaying existing files."""

from __future__ import annotations

import pytest

from engine.agents.replay import Replay
from engine.errors import Refused
from tests.doubles import attempt


@pytest.fixture
def specimens(tmp_path):
    folder = tmp_path / "specimens"
    folder.mkdir()
    for name in ("beta", "alpha", "reference"):
        (folder / f"{name}.py").write_text(f"# {name}\n")
    (folder / "labels.json").write_text("{}")
    return folder


async def handed_in(replay, tmp_path, index):
    submission = await replay.solve(attempt(tmp_path, index=index))
    return submission.source, dict(submission.files)


async def test_all_specimens_in_sorted_order_and_around(tmp_path, specimens):
    """Run i takes item i modulo the number of items; labels are no item."""
    replay = Replay(None, specimens, "answer.py")
    sources = [(await handed_in(replay, tmp_path, index))[0] for index in range(4)]
    assert sources == ["alpha", "beta", "reference", "alpha"]


@pytest.mark.parametrize("spelling", ["beta", "beta.py", "specimens/beta.py"])
async def test_one_by_name_or_path(tmp_path, specimens, spelling, monkeypatch):
    """A specimen's name, its file name and a path all mean the same file, under the task's name for it."""
    monkeypatch.chdir(tmp_path)
    replay = Replay(spelling, specimens, "answer.py")
    assert await handed_in(replay, tmp_path, 0) == ("beta", {"answer.py": "# beta\n"})


async def test_a_byte_order_mark_is_no_text(tmp_path, specimens):
    """Python runs such a file, so that its parser must not stumble over it."""
    (specimens / "beta.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert (await handed_in(Replay("beta", specimens, "answer.py"), tmp_path, 0))[1] == {
        "answer.py": "x = 1\n"
    }


async def test_an_earlier_experiment(tmp_path, specimens):
    """The output folder of an experiment stands for its submissions, each a folder of files."""
    for run in ("000", "001"):
        folder = tmp_path / "out" / "submissions" / run
        folder.mkdir(parents=True)
        (folder / "answer.py").write_text(f"run = {run!r}\n")
    replay = Replay(str(tmp_path / "out"), specimens, "answer.py")
    assert await handed_in(replay, tmp_path, 1) == ("001", {"answer.py": "run = '001'\n"})


@pytest.mark.parametrize("source", ["refernce", "no/such/place"])
def test_a_source_that_is_not_there(specimens, source):
    """The refusal names the source and the specimens there are."""
    with pytest.raises(Refused, match="alpha, beta, reference") as refused:
        Replay(source, specimens, "answer.py")
    assert source in str(refused.value)


def test_the_nearest_name_is_offered(specimens):
    """A typo is answered with what was probably meant."""
    with pytest.raises(Refused, match="Did you mean reference"):
        Replay("refernce", specimens, "answer.py")


def test_an_empty_folder(tmp_path, specimens):
    """A folder without anything to replay is refused, naming what was looked for."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match=r"\*\.py"):
        Replay(str(tmp_path / "empty"), specimens, "answer.py")


async def test_runs_beyond_a_thousand(tmp_path, specimens):
    """The items of an earlier experiment keep the order of its runs."""
    for run in ("999", "1000", "000"):
        folder = tmp_path / "out/submissions" / run
        folder.mkdir(parents=True)
        (folder / "answer.py").touch()
    assert [item.name for item in Replay(str(tmp_path / "out"), specimens, "answer.py").items] == [
        "000",
        "999",
        "1000",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", r"agent\.source=: this must be"),
        ("/dev/null", r"agent\.source=/dev/null: this is neither a file nor a folder"),
        ("x" * 300, r"agent\.source=x+: File name too long"),
        ("/", r"agent\.source"),
    ],
)
def test_what_is_no_source(specimens, source, message):
    """Refused at once, whatever it leads to."""
    with pytest.raises(Refused, match=message):
        Replay(source, specimens, "poem.qqq")


def test_experiments_are_no_submissions(tmp_path, specimens):
    """A folder of experiments has nothing to hand in, though they hold files."""
    (tmp_path / "out/one").mkdir(parents=True)
    (tmp_path / "out/one/runs.jsonl").touch()
    (tmp_path / "out/one/config.yaml").touch()
    with pytest.raises(Refused, match="nothing to replay"):
        Replay(str(tmp_path / "out"), specimens, "answer.yaml")


def test_a_disk_is_no_submission(tmp_path, specimens, monkeypatch):
    """So much that nobody would hand it in is refused before it is read."""
    for number in range(5):
        (tmp_path / f"out/big/{number}").mkdir(parents=True)
        (tmp_path / f"out/big/{number}/answer.py").write_text("x" * 10)
    (tmp_path / "out/big/answer.py").touch()
    assert len(Replay(str(tmp_path / "out"), specimens, "answer.py").items) == 1
    for bound in ("MOST_FILES", "MOST_BYTES"):
        with monkeypatch.context() as smaller, pytest.raises(Refused, match="big is no submission"):
            smaller.setattr(f"engine.agents.replay.{bound}", 4)
            Replay(str(tmp_path / "out"), specimens, "answer.py")


async def test_links_are_not_followed(tmp_path, specimens):
    """What a submission's folder links to is not in it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/answer.py").write_text("x = 1")
    (tmp_path / "mine/secret.py").symlink_to(specimens / "alpha.py")
    (tmp_path / "mine/all").symlink_to(specimens)
    (tmp_path / "work").mkdir()
    (tmp_path / "mine").rename(tmp_path / "work/mine")
    replay = Replay(str(tmp_path / "work"), specimens, "answer.py")
    assert await handed_in(replay, tmp_path, 0) == ("mine", {"answer.py": "x = 1"})
