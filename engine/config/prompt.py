"""The prompt: the task's template with the hints of one variant shown or not.

A line of the template that holds nothing but a tag, such as {% if hints.loud %}, leaves no line behind.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

from engine.config.advice import nearest
from engine.errors import Refused
from engine.rubric import Rubric
from engine.task import Assets, Task

_NAMELESS = "<template>"  # how jinja calls a template that it was given as a string


def render(task: Task, assets: Assets, rubric: Rubric | None = None) -> str:
    """Raises Refused with file and line where the template is wrong."""
    hints = _hints(task)
    try:
        text = assets.prompt.read_text(encoding="utf-8")
        given = assets.given()
    except FileNotFoundError:
        raise Refused(f"task {task.name}: its prompt is not there: {assets.prompt}") from None
    except UnicodeDecodeError as error:
        raise Refused(f"task {task.name}: a file of {assets.folder} is not UTF-8 text: {error}") from error
    except OSError as error:
        raise Refused(f"task {task.name}: {error.filename} cannot be read: {error.strerror}") from error
    prompt = _fill(text, assets.prompt, {"hints": hints, "given": given, "task": task, "rubric": rubric})
    if not prompt.strip():
        raise Refused(f"task {task.name}: its prompt says nothing: {assets.prompt}")
    return prompt


def _hints(task: Task) -> Mapping[str, bool]:
    variants = task.prompts
    if task.prompt not in variants:
        raise Refused(
            f"task.prompt={task.prompt}: the task has no such variant.{nearest(task.prompt, variants)}"
            f" There are: {', '.join(variants)}."
        )
    for variant, hints in variants.items():
        if not isinstance(hints, Mapping) or not all(isinstance(shown, bool) for shown in hints.values()):
            raise Refused(f"task.prompts.{variant}: this must be a mapping of hints to true or false")
    chosen: Mapping[str, bool] = variants[task.prompt]
    return chosen


def _fill(text: str, file: Path, words: Mapping[str, object]) -> str:
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    # A prompt is plain text for a model: nothing in it is to be escaped.
    jinja = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        return jinja.from_string(text).render(**words).strip() + "\n"
    except TemplateSyntaxError as error:
        raise Refused(f"{file}, line {error.lineno}: {error.message}") from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _NAMELESS]
        raise Refused(f"{file}, line {places[-1].lineno if places else '?'}: {error}") from error
