"""Going on with an experiment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from engine.config.resume import digests, quoted, recalled, resumed
from engine.errors import Refused
from engine.task import Assets

CONFIG = """\
task: {name: toy, limits: {turns: 20}}
agent: {model: {id: small, retries: 4}}
runs: 10
out: null
budget: {usd: null}
"""
ASSETS = {"prompt.md": "aa", "probes/runs.py": "bb"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runs.jsonl").touch()
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "assets.json").write_text('{"prompt.md": "aa", "probes/runs.py": "bb"}')
    (tmp_path / "overrides.yaml").write_text('- "task=toy"\n- "runs=10"\n- "out=here"\n')
    return tmp_path


def test_without_the_word_the_command_line_is_as_typed():
    assert recalled(["task=toy", "runs=2"]) == ["task=toy", "runs=2"]
    assert recalled(["resume=null", "runs=2"]) == ["resume=null", "runs=2"]


def test_what_was_said_then_comes_first(folder):
    """What is typed now takes the place of the same then."""
    to = [f"out={folder}", "hydra.mode=RUN"]
    assert recalled([f"resume={folder}"]) == ["task=toy", "runs=10", *to]
    assert recalled(["runs=20", f"resume={folder}"]) == ["task=toy", "runs=20", *to]


@pytest.mark.parametrize("name", ["it's", "a=b,c=d", "a b", "back\\", "\\'", "null", "1e3", "a#b", "é", "[x"])
def test_a_path_of_any_name(tmp_path, folder, name):
    """It is read as what it is, by us and by who composes."""
    other = folder.rename(tmp_path.with_name(name))
    override = recalled([f"resume={quoted(other)}"])[-2]
    assert OverridesParser.create().parse_override(override).value() == str(other)
    relative = OverridesParser.create().parse_override(f"out={quoted(Path(name))}")
    assert relative.value() == name


def test_a_config_folder_has_to_be_said_again(folder):
    """It is not read because a folder of results says so."""
    kept = folder / "overrides.yaml"
    kept.write_text("# python -m engine --config-dir /my\n" + kept.read_text())
    with pytest.raises(Refused, match="go on by: python -m engine --config-dir /my resume=DIR"):
        recalled([f"resume={folder}"])
    assert recalled([f"resume={folder}"], own="/my")[0] == "task=toy"


def test_out_beside_resume_is_refused(folder):
    """Results stay where they are; nothing that is typed is passed over."""
    with pytest.raises(Refused, match="out=b: the results stay in the folder that is resumed"):
        recalled([f"resume={folder}", "out=b"])


def test_the_folder_of_a_sweep(tmp_path, folder):
    inside = tmp_path.with_name("sweep")
    inside.mkdir()
    folder.rename(inside / "agent.model=haiku")
    with pytest.raises(Refused, match="say out=DIR again to go on with a sweep"):
        recalled([f"resume={inside}"])


@pytest.mark.parametrize(("text", "why"), [("- [a\n", "cannot be read: while"), ("a: b\n", "not the list")])
def test_overrides_that_are_damaged(folder, text, why):
    (folder / "overrides.yaml").write_text(text)
    with pytest.raises(Refused, match=f"its overrides.yaml .*{why}") as raised:
        recalled([f"resume={folder}"])
    assert "\n" not in str(raised.value)


def test_a_secret_has_to_be_said_again(folder):
    (folder / "overrides.yaml").write_text('- "agent.model.api_key=***"\n')
    with pytest.raises(Refused, match=r"agent\.model\.api_key was secret and is not kept; say it again"):
        recalled([f"resume={folder}"])
    typed = ["agent.model.api_key=abc", f"resume={folder}"]
    assert recalled(typed)[:1] == typed[:1]


def test_an_empty_word_begins_nothing():
    """As a shell makes it of a variable that is not set."""
    with pytest.raises(Refused, match="resume=: this must be the output folder"):
        recalled(["resume=", "task=toy"])


@pytest.mark.parametrize("sweep", [False, True])
def test_what_cannot_be_resumed(tmp_path, sweep):
    match = "goes on with one experiment" if sweep else "not the output folder of an experiment"
    with pytest.raises(Refused, match=match):
        recalled([f"resume={tmp_path}"], sweep)


def test_an_empty_folder_is_begun(tmp_path):
    assert not resumed(tmp_path, CONFIG, ASSETS)


def test_files_of_others_are_never_overwritten(tmp_path):
    """A folder that a crash left half begun is begun anew; other files do not matter."""
    (tmp_path / "notes.txt").touch()
    assert not resumed(tmp_path, CONFIG, ASSETS)
    (tmp_path / "config.yaml").touch()
    with pytest.raises(Refused, match=r"config\.yaml is here already, of no experiment"):
        resumed(tmp_path, CONFIG, ASSETS)
    (tmp_path / "submissions").mkdir()
    assert not resumed(tmp_path, CONFIG, ASSETS)


@pytest.mark.parametrize(
    "now",
    [
        CONFIG,
        CONFIG.replace("runs: 10", "runs: 20"),
        CONFIG.replace("out: null", "out: elsewhere"),
        CONFIG.replace("usd: null", "usd: 20"),
        CONFIG.replace("retries: 4", "retries: 9"),
    ],
)
def test_what_changes_no_result_may_differ(folder, now):
    assert resumed(folder, now, ASSETS)


def test_another_experiment_is_refused_with_the_difference(folder):
    now = CONFIG.replace("small", "large").replace("turns: 20", "turns: null")
    with pytest.raises(Refused) as raised:
        resumed(folder, now, {"prompt.md": "aa", "probes/runs.py": "cc"})
    assert "\n  task.limits.turns: 20 became null\n" in str(raised.value)
    assert "\n  agent.model.id: small became large\n" in str(raised.value)
    assert "\n  probes/runs.py was edited\n" in str(raised.value)


def test_results_without_their_config_are_never_overwritten(folder):
    (folder / "config.yaml").unlink()
    with pytest.raises(Refused, match="never overwritten"):
        resumed(folder, CONFIG, ASSETS)


def test_digests_tell_edits(tmp_path):
    (tmp_path / "probes").mkdir()
    (tmp_path / "given").mkdir()
    (tmp_path / "probes/runs.py").write_text("one")
    (tmp_path / "given/data.txt").write_text("two")
    before = digests("Do it.", "", Assets(tmp_path), [Path("a.py")])
    assert list(before) == ["prompt.md", "agent.source", "given/data.txt", "probes/runs.py"]
    (tmp_path / "probes/runs.py").write_text("three")
    after = digests("Do it.", "", Assets(tmp_path), [Path("a.py")])
    assert [name for name in before if before[name] != after[name]] == ["probes/runs.py"]
