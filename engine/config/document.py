"""A YAML file that somebody else may have written: looked at before anything is made of it.

By an alias a few lines can stand for more nodes than any memory holds, so these are counted first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from engine.errors import Refused

MOST_BYTES = 8_000_000
MOST_NODES = 20_000  # an alias counts as all that it stands for
DEEPEST = 30
LONGEST = 1_000  # digits of a number
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is there
_PLAIN = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)|!")
_DIGITS = re.compile(rf"[-+.:\w]{{{LONGEST},}}", re.ASCII)


def examine(file: Path) -> None:
    """Raises Refused where it is none that a person would write, YAMLError where it is no YAML."""
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise Refused(
            f"{file}: a config has at most {MOST_BYTES // 1_000_000} MB, and this has {size:,} bytes"
        )
    with file.open(encoding="utf-8") as text:
        _count(yaml.parse(text, Loader=_PARSER), file)


def _count(events: Iterator[yaml.Event], file: Path) -> None:
    """The nodes of each collection that is open, and of each anchor once it is whole."""
    open_ones: list[int] = [0]
    anchors: list[str | None] = []
    whole: dict[str, int] = {}
    for event in events:
        where = f"{file}, line {event.start_mark.line + 1}" if event.start_mark else str(file)
        match event:
            case yaml.AliasEvent(anchor=str(name)):
                if name in anchors:
                    raise Refused(f"{where}: *{name} stands for itself, without end; write it out")
                open_ones[-1] += whole.get(name, 0)
            case yaml.ScalarEvent(anchor=name):
                _check(event, where)
                open_ones[-1] += 1
                if name:
                    whole[name] = 1
            case yaml.CollectionStartEvent(anchor=name):
                _check(event, where)
                anchors.append(name)
                open_ones.append(1)
            case yaml.CollectionEndEvent():
                nodes, name = open_ones.pop(), anchors.pop()
                open_ones[-1] += nodes
                if name:
                    whole[name] = nodes
        if sum(open_ones) > MOST_NODES:
            raise Refused(f"{where}: a config has at most {MOST_NODES:,} values, aliases counted in full")
        if len(anchors) > DEEPEST:
            raise Refused(f"{where}: a config is at most {DEEPEST} levels deep")


def _check(event: yaml.NodeEvent, where: str) -> None:
    tag = getattr(event, "tag", None)
    if tag and not _PLAIN.fullmatch(tag):
        raise Refused(f"{where}: the tag {tag} is not accepted; a config has texts, numbers, lists, mappings")
    if isinstance(event, yaml.ScalarEvent) and (not event.style or tag) and _DIGITS.fullmatch(event.value):
        raise Refused(f"{where}: a number has at most {LONGEST:,} digits; put a text in quotes")
