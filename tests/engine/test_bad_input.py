"""Bad input is refused at once, with one clear message, and nothing is spent or left behind."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.__main__ import main
from tests.engine.config.composing import MINE, my_evals, write

ROOT = Path(__file__).parents[2]
KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY")
BROKEN = {
    "task/misspelt.yaml": "# @package _global_\ndefaults: [override /rubric: mine]\ntask: {naem: x}\n",
    "task/nameless.yaml": "# @package _global_\ndefaults: [override /rubric: mine]\ntask: {description: y}\n",
    "task/headless.yaml": "# No package line\ntask: {name: headless, description: y}\n",
    "task/lonely.yaml": "# @package _global_\ntask: {name: lonely, description: y}\n",
    "task/wordy.yaml": (
        "# @package _global_\ndefaults: [override /rubric: mine]\n"
        "task: {name: wordy, description: y, limits: {turns: many}}\n"
    ),
    "task/redirecting.yaml": (
        "# @package _global_\ndefaults: [override /rubric: mine]\ntask: {name: redirecting, description: y}\n"
        "hydra: {job: {env_set: {ANTHROPIC_BASE_URL: http://localhost:1}}}\n"
    ),
    "task/logging.yaml": (
        "# @package _global_\ndefaults: [override /rubric: mine]\ntask: {name: logging, description: y}\n"
        "hydra: {job_logging: {version: 1, root: {handlers: [a]}, handlers: {a: {(): os.system}}}}\n"
    ),
    "task/leaving.yaml": (
        "# @package _global_\ndefaults: [override /rubric: ../../x]\ntask: {name: a, description: y}\n"
    ),
    "experiment/elsewhere.yaml": "# @package _global_\nout: /elsewhere\n",
    "model/redirected.yaml": "defaults: [haiku, _self_]\nbase_url: https://evil.example\n",
    "rubric/laughs.yaml": "a0: &a0 [1, 1]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)),
    "rubric/grows.yaml": "criteria: {a: {claim: It is.}}\nremarks:\n"
    + "".join(f"  k{n}: '{f'${{rubric.remarks.k{n + 1}}}' * 9}'\n" for n in range(20))
    + "  k20: x\n",
    "rubric/tagged.yaml": "criteria: !!python/object/apply:os.system ['ls']\n",
    "rubric/headless.yaml": "criteria: {a: {claim: It is.}}\n",
    "rubric/torn.yaml": "criteria:\n  lines:\n    claim: one: two\n",
    "rubric/claimless.yaml": "criteria: {lines: {points: 1, probe: lines}}\n",
    "rubric/negative.yaml": "criteria: {lines: {claim: It has., points: -1, probe: lines}}\n",
    "rubric/probeless.yaml": "criteria: {lines: {claim: It has., probe: liens}}\n",
    "rubric/judged.yaml": "criteria: {lines: {claim: It has.}}\n",
    "rubric/empty.yaml": "description: nothing\n",
    "rubric/misspelt.yaml": "criterias: {lines: {claim: It has.}}\n",
    "rubric/listed.yaml": "- claim: It has.\n",
    "task/itemized.yaml": "- a\n",
    "rubric/itemized.yaml": "criteria: {a: {claim: It is.}}\n",
    "model/empty.yaml": "",
    "model/vague.yaml": "id: vague\n",
    "task/mine/probes/torn.py": "async def probe(submission, attempt):\n    return {\n",
    "task/mine/specimens/.keep": "",
    "a file": "",
}

# Below a test's folder: my_evals/ as of composing.py, with what is broken above.
OWN = ("--config-dir", "my_evals")
LOOP = ("task=mine", "sandbox=subprocess")
UNPRICED = ("agent.model=openai/my-own", "agent.model.api_key=x")
LONG = "x" * 300
ROWS = {
    "unknown task": (("task=titanz",), "task=titanz", "Did you mean titans?"),
    "a config that sets the environment": (
        (*OWN, "task=redirecting"),
        "my_evals/task/redirecting.yaml: job.env_set.ANTHROPIC_BASE_URL: this decides how a command runs",
        "accepted: mode, sweeper.params",
    ),
    "a config that starts a program": (
        (*OWN, "task=logging"),
        "my_evals/task/logging.yaml: job_logging.version: this decides how a command runs",
    ),
    "a config that laughs": (
        (*OWN, *MINE, "rubric=laughs"),
        "my_evals/rubric/laughs.yaml, line 5: a config has at most 20,000 values",
    ),
    "a config that makes objects": (
        (*OWN, *MINE, "rubric=tagged"),
        "my_evals/rubric/tagged.yaml, line 1: the tag",
        "os.system is not accepted",
    ),
    "a task elsewhere": ((*OWN, "task=../x"), "task=../x: this leads out", "as in task=NAME"),
    "a rubric elsewhere": ((*OWN, *MINE, "rubric=../../x"), "rubric=../../x: this leads out"),
    "a model elsewhere": ((*OWN, "task=mine", "agent.model=../../x"), "agent.model=../../x: this leads out"),
    "a rubric elsewhere, by a file": ((*OWN, "task=leaving"), "rubric=../../x: this leads out"),
    "a reference elsewhere": (
        (*OWN, *MINE, "task.reference=../../../x"),
        "task.reference=../../../x: this leads out of",
        "my_evals, the folder that the task came from",
    ),
    "specimens elsewhere": ((*OWN, *MINE, "task.specimens=/etc"), "task.specimens=/etc: this leads out of"),
    "out elsewhere, by a file": (
        (*OWN, *MINE, "experiment=elsewhere"),
        "out=/elsewhere: this leads out of the current folder",
        "my_evals/experiment/elsewhere.yaml",
    ),
    "a walk to a target": (
        (*OWN, *MINE, "sandbox._target_=engine.models.anthropic.os.system"),
        "sandbox._target_=engine.models.anthropic.os.system: there is no such class",
    ),
    "a target inside": (
        (*OWN, *LOOP, "+agent.model.extra.a._target_=os.system"),
        "agent.model.extra.a._target_=os.system",
    ),
    "a target with arguments": ((*OWN, *MINE, "+sandbox._args_=[ls]"), "sandbox._args_: Subprocess takes no"),
    "part of a target": ((*OWN, *MINE, "+sandbox._partial_=true"), "sandbox._partial_: Subprocess takes no"),
    "an address by a file": (
        (*OWN, *LOOP, "agent.model=redirected"),
        "agent.model.base_url=https://evil.example: your key would be sent there",
        "my_evals/model/redirected.yaml",
    ),
    "unknown model": (("agent.model=sonet",), "agent.model=sonet", "Did you mean sonnet?", "opus"),
    "unknown judge": (("judge.model=opsu",), "judge.model=opsu", "Did you mean opus?"),
    "unknown rubric": (("rubric=titan",), "rubric=titan", "Did you mean titans?"),
    "unknown toolkit": (("toolkit=submot",), "toolkit=submot", "Did you mean submit?"),
    "unknown grading": (("grading=prob",), "grading=prob", "Did you mean probe?"),
    "unknown key": (("runz=3",), "runz", "Did you mean runs?"),
    "unknown group": (("toolkti=submit",), "toolkti", "Did you mean toolkit?"),
    "unknown key of the task": (("task.limits.turnz=3",), "task.limits.turnz", "Did you mean turns?"),
    "unknown key of the threshold": (("threshold.pionts=3",), "threshold.pionts", "Did you mean points?"),
    "unknown key of a model": (
        (*OWN, "task=mine", "agent.model.max_tokenz=3"),
        "agent.model.max_tokenz",
        "Did you mean max_tokens?",
    ),
    "wrong type for a model": (
        (*OWN, "task=mine", "agent.model.max_tokens=few"),
        "agent.model.max_tokens=few: this must be a whole number",
    ),
    "no key for the agent": (
        (*OWN, "task=mine"),
        "agent.model",
        "ANTHROPIC_API_KEY",
        "agent=replay grading=probe",
    ),
    "no key for the judge": (
        (*OWN, "task=mine", "agent=replay", "grading=both"),
        "judge.model",
        "ANTHROPIC_API_KEY",
        "agent=replay grading=probe",
    ),
    "no key for litellm": (
        (*OWN, "task=mine", "agent.model=openai/gpt-5"),
        "agent.model",
        "OPENAI_API_KEY",
        "agent=replay grading=probe",
    ),
    "no id for litellm": ((*OWN, "task=mine", "agent.model=litellm"), "agent.model.id", "missing"),
    "runs=0": ((*OWN, *MINE, "runs=0"), "runs=0", "1 or more"),
    "runs=ten": (("runs=ten",), "runs", "runs=ten: this must be a whole number, auto, or null"),
    "verbose=perhaps": (("verbose=perhaps",), "verbose", "perhaps is neither true nor false"),
    "concurrency=0": ((*OWN, *MINE, "concurrency=0"), "concurrency=0", "1 or more"),
    "fail_under=2": ((*OWN, *MINE, "fail_under=2"), "fail_under=2", "between 0 and 1"),
    "no assignment": (("runs",), "runs: this cannot be read as KEY=VALUE"),
    "a sweep without -m": (("runs=1,2",), "runs=1,2", "-m"),
    "an unknown key, added": (("+foo=1", *OWN, *MINE), "foo: there is no such key"),
    "null for a mapping": (("task.limits=null",), "task.limits: null is not accepted here"),
    "a value for a mapping": (("task.limits=5",), "task.limits: this must be a mapping"),
    "a key removed": (("~concurrency", *OWN, *MINE), "concurrency: this is missing"),
    "a key added twice": (("+verbose=true", *OWN, *MINE), "+verbose: this key is there already"),
    "no task": (("~task",), "a task is needed"),
    "no rubric": (("~rubric",), "rubric: a choice is needed"),
    "null for a choice": (("agent=null",), "null is no choice"),
    "nobody's model": (("model=haiku",), "agent.model=haiku or judge.model=haiku"),
    "an empty claim": ((*OWN, *MINE, "rubric.criteria.lines.claim="), "criteria.lines: this has no claim"),
    "out is empty": ((*OWN, *MINE, "out="), "out=: this must be a folder"),
    "an actor at the wrong place": (
        (*OWN, *MINE, "sandbox._target_=toolkits.submit.Submit"),
        "sandbox._target_: Submit cannot stand here",
    ),
    "a choice that is no name": (("task=5",), "task=NAME", "int"),
    "unknown option": (("--confg-dir", "x"), "--confg-dir"),
    "no such folder": (("--config-dir", "nowhere"), "--config-dir nowhere: there is no such folder"),
    "a torn rubric": (
        (*OWN, *MINE, "rubric=torn"),
        "my_evals/rubric/torn.yaml, line 3",
        "not valid YAML",
    ),
    "a rubric that is a list": (
        (*OWN, *MINE, "rubric=listed"),
        "rubric/listed.yaml: this must be a mapping, and here is a list",
    ),
    "a task that is a list": (
        (*OWN, "task=itemized"),
        "task/itemized.yaml",
        "this must be a mapping, and here is a list",
    ),
    "a blank claim": ((*OWN, *MINE, "rubric.criteria.lines.claim='  '"), "lines: this has no claim"),
    "an empty model": (
        (*OWN, *LOOP, "agent.model=empty"),
        "agent.model: this must be a mapping with a _target_",
    ),
    "a model of no kind": ((*OWN, *LOOP, "agent.model=vague"), "agent.model: this must be a mapping with a"),
    "a price that is a text": (
        (*OWN, *LOOP, "agent.model=haiku", "agent.model.price={input: abc}"),
        "agent.model.price.input=abc: this must be a number of 0 or more",
    ),
    "a negative price": (
        (*OWN, *LOOP, "agent.model=haiku", "agent.model.price.input=-1"),
        "agent.model.price.input=-1",
    ),
    "a price without parts": (
        (*OWN, *LOOP, "agent.model=haiku", "agent.model.price=5"),
        "agent.model.price=5: this must be a mapping",
    ),
    "no tokens": ((*OWN, *LOOP, "agent.model.max_tokens=0"), "agent.model.max_tokens=0: this must be"),
    "an effort of one's own": ((*OWN, *LOOP, "agent.model.effort=huge"), "agent.model.effort=huge", "'low'"),
    "no address": ((*OWN, *LOOP, "agent.model.base_url=notaurl"), "agent.model.base_url=notaurl", "https://"),
    "no day": ((*OWN, *LOOP, "agent.model.retires=soon"), "agent.model.retires=soon", "2026-11-30"),
    "a script without words": (
        (*OWN, *LOOP, "agent.model=scripted", "agent.model.replies=[{calls: [{}]}]"),
        "agent.model.replies[0].calls[0].name: this is missing",
    ),
    "a script without end": (
        (*OWN, *LOOP, "agent.model=scripted", "agent.model.seconds=nan"),
        "agent.model.seconds=nan",
    ),
    "a cost that cannot be limited": (
        (*OWN, *LOOP, *UNPRICED, "judge.model=scripted", "task.limits.cost=1"),
        "task.limits.cost=1: what openai/my-own costs is not known",
        "agent.model.price",
    ),
    "a model paid for nothing": (
        (*OWN, *LOOP, "grading=probe", "agent.model=scripted"),
        "worth 1 points",
        "threshold.points=3; use grading=both",
    ),
    "a criterion with two deciders": (
        (*OWN, *MINE, "+rubric.criteria.lines.pattern=x"),
        "rubric.criteria.lines.probe and pattern: only one of these can decide it",
    ),
    "a pattern that is none": (
        (*OWN, *MINE, "+rubric.criteria.more={claim: it has, pattern: '('}"),
        "rubric.criteria.more.pattern: this is no regular expression",
    ),
    "a schema that is none": (
        (*OWN, *MINE, "+rubric.criteria.more={claim: it has, schema: {type: lst}}"),
        "rubric.criteria.more.schema: this is no JSON Schema",
    ),
    "a schema that refers to nothing": (
        (*OWN, *MINE, "+rubric.criteria.more={claim: it has, schema: {$ref: '#/$defs/line'}}"),
        "rubric.criteria.more.schema: $ref: #/$defs/line is not in this schema",
    ),
    "a command that is a number": (
        (*OWN, *MINE, "+rubric.criteria.more={claim: it has, command: 5}"),
        "rubric.criteria.more.command: this must be a shell line, or a mapping with run",
    ),
    "a command with an unknown key": (
        (*OWN, *MINE, "+rubric.criteria.more={claim: it has, command: {run: 'true', secs: 3}}"),
        "rubric.criteria.more.command.secs",
        "Did you mean seconds?",
    ),
    "a command that runs nothing": (
        (*OWN, *MINE, "+rubric.criteria.more={claim: it has, command: {seconds: 3}}"),
        "rubric.criteria.more.command.run",
    ),
    "a gate that nobody decides": (
        (*OWN, *MINE, "+rubric.gates.parses={claim: it parses}"),
        "rubric.gates.parses: nothing decides this gate",
    ),
    "a source for a model": (
        (*OWN, *LOOP, "agent.source=good"),
        "agent.source: Loop takes no such key. It needs agent=replay.",
    ),
    "a source that is a device": ((*OWN, *MINE, "agent.source=/dev/null"), "agent.source=/dev/null: this is"),
    "a source that is nothing": ((*OWN, *MINE, "agent.source=''"), "agent.source=: this must be"),
    "a source with a long name": ((*OWN, *MINE, f"agent.source={LONG}"), "agent.source=", "name too long"),
    "the whole disk": ((*OWN, *MINE, "agent.source=/", "task.submission=a.qqq"), "nothing to replay in /"),
    "a submission with a long name": (
        (*OWN, *MINE, f"task.submission={LONG}.txt"),
        "task.submission=",
        "255",
    ),
    "out has a long name": ((*OWN, *MINE, f"out={LONG}"), "out=", "name too long"),
    "out is no place to write": ((*OWN, *MINE, "out=/proc/foo"), "out=/proc/foo: /proc cannot be written to"),
    "a torn probe": (
        (*OWN, *MINE, "rubric.criteria.lines.probe=torn"),
        "rubric.criteria.lines.probe=torn",
        "torn.py cannot be loaded: SyntaxError",
    ),
    "a misspelt rubric": ((*OWN, *MINE, "rubric=misspelt"), "rubric.criterias", "Did you mean criteria?"),
    "no claim": (
        (*OWN, *MINE, "rubric=claimless"),
        "rubric.criteria.lines: this has no claim",
        "my_evals/rubric/claimless.yaml",
    ),
    "negative points": (
        (*OWN, *MINE, "rubric=negative"),
        "rubric.criteria.lines.points=-1: points must be more than 0",
        "my_evals/rubric/negative.yaml",
    ),
    "an empty rubric": ((*OWN, *MINE, "rubric=empty"), "rubric.criteria", "my_evals/rubric/empty.yaml"),
    "threshold out of reach": ((*OWN, *MINE, "threshold.points=4"), "threshold.points=4", "sum to 3 points"),
    "no such probe": (
        (*OWN, *MINE, "rubric=probeless"),
        "rubric.criteria.lines.probe=liens",
        "there are: lines",
        "my_evals/rubric/probeless.yaml",
    ),
    "nothing for a probe": ((*OWN, *MINE, "rubric=judged"), "grading=probe", "grading=judge"),
    "no such source": ((*OWN, *MINE, "agent.source=god"), "agent.source=god", "Did you mean good?"),
    "out is a file": ((*OWN, *MINE, "out=my_evals/a file"), "out=my_evals/a file", "is a file"),
    "out is below a file": ((*OWN, *MINE, "out=my_evals/a file/x"), "my_evals/a file is a file"),
    "out has results": ((*OWN, *MINE, "out=my_evals/old"), "out=my_evals/old", "never overwritten"),
    "no such prompt": ((*OWN, *MINE, "task.prompt=fre"), "task.prompt=fre", "Did you mean free?"),
    "a target elsewhere": (
        (*OWN, *MINE, "sandbox._target_=os.system"),
        "sandbox._target_=os.system",
        "engine, toolkits, sandbox",
    ),
    "a misspelt task": ((*OWN, "task=misspelt"), "task/misspelt.yaml", "task.naem", "Did you mean name?"),
    "a task without a name": (
        (*OWN, "task=nameless"),
        "task.name: this is missing",
        "my_evals/task/nameless.yaml",
    ),
    "a task without its header": ((*OWN, "task=headless"), "task/headless.yaml", "# @package _global_"),
    "a task without a rubric": ((*OWN, "task=lonely"), "rubric=lonely", "of its own name"),
    "a task of the wrong type": (
        (*OWN, "task=wordy"),
        "task/wordy.yaml: task.limits.turns: many is not a whole number",
    ),
    "one bad job of a sweep": ((*OWN, *MINE, "-m", "runs=0,-1"), "runs=0", "runs=-1"),
}


@dataclass
class Ending:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float  # of processor time: what the command costs, whatever else the machine does


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write(my_evals(tmp_path / "my_evals"), {**BROKEN, "old/runs.jsonl": "{}\n"})
    return tmp_path


def command(*arguments: str) -> Ending:
    """The real command, from the current folder."""
    said, complained = Path("../stdout"), Path("../stderr")
    opened = [
        (os.POSIX_SPAWN_OPEN, number, str(file), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for number, file in ((1, said), (2, complained))
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "engine", *arguments]
    process = os.posix_spawn(sys.executable, argv, environment, file_actions=opened)
    _, status, usage = os.wait4(process, 0)
    seconds = usage.ru_utime + usage.ru_stime
    return Ending(os.waitstatus_to_exitcode(status), said.read_text(), complained.read_text(), seconds)


def tree(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts)


def check(ending: Ending, words: tuple[str, ...]) -> None:
    assert ending.code == 2, ending
    assert ending.stdout == ""
    for word in words:
        assert word in ending.stderr
    assert "Traceback" not in ending.stderr
    assert "hydra" not in ending.stderr.lower()
    assert len(ending.stderr.splitlines()) <= 2, ending.stderr


@pytest.mark.parametrize(("arguments", "words"), [(row[0], row[1:]) for row in ROWS.values()], ids=list(ROWS))
def test_refused(folder, capsys, arguments, words):
    """One message that says what is wrong, where, and what would be accepted; nothing is made."""
    before = tree(folder)
    try:
        code = main(arguments)
    except SystemExit as ended:  # argparse's own way with an unknown option
        code = ended.code
    said = capsys.readouterr()
    check(Ending(code, said.out, said.err, 0.0), words)
    assert tree(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "words"), [(row[0], row[1:]) for row in ROWS.values()], ids=list(ROWS))
def test_refused_by_the_command(folder, arguments, words):
    """The same of the real command, in under three seconds."""
    before = tree(folder)
    ending = command(*arguments)
    check(ending, words)
    assert ending.seconds < 3
    assert tree(folder) == before


def test_a_config_that_grows(folder, capsys):
    """Each value is nine times the next one: refused once it has taken its time, with key and file."""
    code = main([*OWN, *MINE, "rubric=grows"])
    words = ("rubric.remarks.k0: this takes more than", "my_evals/rubric/grows.yaml")
    check(Ending(code, "", capsys.readouterr().err, 0.0), words)


def test_a_sweep_goes_on_past_a_bad_job(folder, capsys):
    """Each job tells its own error, the others run, and the worst exit code is the sweep's."""
    assert main([*OWN, *MINE, "-m", "agent.source=nowhere,good,short", "out=swept"]) == 2
    said = capsys.readouterr()
    assert said.err.count("Refused: agent.source=nowhere") == 1
    assert said.out.count("Kept in") == 2
    assert sorted(path.name for path in (folder / "swept").iterdir() if path.is_dir()) == [
        "agent.source=good",
        "agent.source=short",
    ]
