"""The prompt: the task's template with the hints of one variant shown or not.

A line of the template that holds nothing but a tag, such as {% if hints.loud %}, leaves no line behind.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

from engine.config.advice import nearest
from engine.config.effort import bounded
from engine.errors import Refused
from engine.rubric import Rubric
from engine.task import MOST_BYTES, Assets, Task, text

_NAMELESS = "<template>"  # how jinja calls a template that it was given as a string


def render(task: Task, assets: Assets, rubric: Rubric | None = None) -> str:
    """Raises Refused with file and line where the template is wrong."""
    hints = _hints(task)
    try:
        template = text(assets.prompt)
        given = assets.given()
    except FileNotFoundError:
        raise Refused(f"task {task.name}: its prompt is not there: {assets.prompt}") from None
    except UnicodeDecodeError as error:
        raise Refused(f"task {task.name}: a file of {assets.folder} is not UTF-8 text: {error}") from error
    except OSError as error:
        raise Refused(f"task {task.name}: {error.filename} cannot be read: {error.strerror}") from error
    with bounded(lambda: str(assets.prompt)):
        words = {"hints": hints, "given": given, "task": task, "rubric": rubric}
        prompt = _fill(template, assets.prompt, words)
    if len(prompt) > MOST_BYTES:
        raise Refused(f"{assets.prompt}: this comes to {len(prompt):,} characters; at most {MOST_BYTES:,}")
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


def _fill(template: str, file: Path, words: Mapping[str, object]) -> str:
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # A prompt is plain text for a model: nothing in it is to be escaped.
    jinja = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        return jinja.from_string(template).render(**words).strip() + "\n"
    except TemplateSyntaxError as error:
        raise Refused(f"{file}, line {error.lineno}: {error.message}") from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _NAMELESS]
        raise Refused(f"{file}, line {places[-1].lineno if places else '?'}: {error}") from error
