"""The prompt: a template over the hints of one variant and what is given."""

from __future__ import annotations

import pytest

from engine.config import effort
from engine.config.prompt import render
from engine.errors import Refused
from engine.rubric import Criterion, Items, Rubric
from engine.task import Assets, Task
from tests.engine.config.composing import write

HINTS = {"default": {"loud": True}, "bare": {"loud": False}}


def told(folder, template: str, **changes: object) -> str:
    write(folder, {"prompt.md": template, "given/a/b.py": "x = 1\n"})
    task = Task(**{"name": "toy", "description": "a toy", "prompts": HINTS, **changes})
    return render(task, Assets(folder))


@pytest.mark.parametrize(("variant", "text"), [("default", "Write!\n"), ("bare", "Write\n")])
def test_a_variant_shows_its_hints(tmp_path, variant, text):
    assert told(tmp_path, "Write{% if hints.loud %}!{% endif %}", prompt=variant) == text


def test_given_and_task_can_be_shown(tmp_path):
    """Every file by its path, and whatever the task says; nothing is escaped."""
    template = (
        "{% for path, text in given.items() %}{{ path }}: {{ text }}{% endfor %}<{{ task.submission }}>"
    )
    assert told(tmp_path, template) == "a/b.py: x = 1\n<submission.py>\n"


def test_the_rubric_can_be_shown(tmp_path):
    """How many items are asked for, and what its criteria are worth."""
    template = "{% for id, one in rubric.criteria.items() %}{{ id }} {{ one.points }}, {% endfor %}"
    template += "{{ rubric.items.max }}"
    write(tmp_path, {"prompt.md": template, "given/a.txt": "x"})
    rubric = Rubric(items=Items("ideas", max=7), criteria={"a": Criterion("it is a", 2.5)})
    task = Task(name="toy", description="a toy", prompts=HINTS)
    assert render(task, Assets(tmp_path), rubric) == "a 2.5, 7\n"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("fine\n{% if hints.quiet %}x{% endif %}", r"prompt\.md, line 2: .*no attribute 'quiet'"),
        ("fine\nfine\n{% if %}", r"prompt\.md, line 3: "),
        ("fine\n{{ nothing }}", r"prompt\.md, line 2: 'nothing' is undefined"),
        ("{{ 1 / 0 }}", r"prompt\.md, line 1: division by zero"),
        ("{{ given.__class__.__mro__ }}", r"prompt\.md, line 1: "),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", r"prompt\.md, line 1: .*recursion"),
        (" {% if not hints %}x{% endif %}\n", r"its prompt says nothing: .*prompt\.md"),
    ],
)
def test_a_fault_names_its_place(tmp_path, template, message):
    """File and line; what a template must not reach counts as a fault."""
    with pytest.raises(Refused, match=message):
        told(tmp_path, template)


def test_an_unknown_variant_lists_those_that_are(tmp_path):
    with pytest.raises(
        Refused, match=r"task\.prompt=bear: .* Did you mean bare\? There are: default, bare\."
    ):
        told(tmp_path, "Write", prompt="bear")


def test_hints_are_switches(tmp_path):
    with pytest.raises(Refused, match=r"task\.prompts\.default: .*true or false"):
        told(tmp_path, "Write", prompts={"default": {"loud": "very"}})


def test_a_task_needs_a_prompt(tmp_path):
    with pytest.raises(Refused, match=rf"task toy: its prompt is not there: {tmp_path}/prompt\.md"):
        render(Task(name="toy", description="a toy", prompts=HINTS), Assets(tmp_path))


def test_what_is_given_is_text(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given/x.bin").write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="is not UTF-8 text"):
        told(tmp_path, "Write")


def test_a_prompt_is_a_file(tmp_path):
    (tmp_path / "prompt.md").mkdir()
    with pytest.raises(Refused, match=r"prompt\.md cannot be read: Is a directory"):
        render(Task(name="toy", description="a toy", prompts=HINTS), Assets(tmp_path))


BOMBS = {
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a long loop": "{% for a in range(10**9) %}{% endfor %}",
    "a long text": "{{ 'x' * 10**9 }}",
    "a long list": "{{ [1] * 10**9 }}",
    "a large number": "{{ 3 ** (10 ** 9) }}",
    "doubling": "{% set n = namespace(x='x') %}{% for i in range(60) %}{% set n.x = n.x * 2 %}{% endfor %}",
    "padding": "{{ '%2000000000d' | format(1) }}",
    "more padding": "{{ '{:>2000000000}'.format(1) }}",
    "filling": "{{ 'x' | center(2000000000) }}",
    "filler": "{{ lipsum(n=100000, html=false) }}",
    "brackets": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "more than a prompt": "{{ 'so it is ' * 10**6 }}",
}
ESCAPES = {
    "a class": "{{ ().__class__.__base__.__subclasses__() }}",
    "globals": "{{ lipsum.__globals__['os'].system('true') }}",
    "a filter": "{{ task | attr('__init__') }}",
    "a format": "{{ '{0.__class__}'.format(task) }}",
    "a file": "{% include '/etc/passwd' %}",
    "another file": "{% import '/etc/passwd' as x %}",
    "a parent": "{% extends '/etc/passwd' %}",
    "a change": "{{ task.prompts.clear() }}",
    "another change": "{{ given.update({'a/b.py': 'y'}) }}",
}


@pytest.mark.parametrize("template", BOMBS.values(), ids=list(BOMBS))
def test_a_bomb_is_refused(tmp_path, monkeypatch, template):
    """Within bounded time and memory, with its file."""
    monkeypatch.setattr(effort, "SECONDS", 0.5)
    with pytest.raises(Refused, match=rf"^{tmp_path}/prompt\.md"):
        told(tmp_path, template)


@pytest.mark.parametrize("template", ESCAPES.values(), ids=list(ESCAPES))
def test_a_template_reaches_nothing_else(tmp_path, template):
    """No object of Python, no file, and what it is shown it cannot change."""
    with pytest.raises(Refused, match=rf"^{tmp_path}/prompt\.md, line 2: "):
        told(tmp_path, f"one\n{template}")


def test_what_is_shown_stays_literal(tmp_path):
    """Template, reference and format syntax in what the task, its rubric and its files say."""
    words = "{{ 7 * 7 }} {% if x %} {# c #} ${task.name} \\${x} {0} {name} %s %(a)s"
    write(tmp_path, {"given/c.py": words})
    rubric = Rubric(criteria={"a": Criterion(words)})
    template = "{{ given['c.py'] }}|{{ task.subject }}|{{ rubric.criteria.a.claim }}"
    write(tmp_path, {"prompt.md": template})
    task = Task(name="toy", description="a toy", prompts=HINTS, subject=words)
    assert render(task, Assets(tmp_path), rubric) == f"{words}|{words}|{words}\n"
