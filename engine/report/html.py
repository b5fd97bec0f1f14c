"""Experiments as one HTML page that needs neither a network nor a server.

Everything on it that a model, a judge or a submission wrote is data: JSON that cannot close its element, or
base64. The scripts of the page show it as text, and the page's policy lets no other script run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.past import Past
from engine.report.packed import READ, Shorter, pack, packed
from engine.report.rows import rows
from engine.visible import brief

ASSETS = Path(__file__).with_name("page")
SCRIPTS = (("vendor/d3.js",), ("vendor/plot.js",), ("text.js", "plots.js", "table.js", "run.js", "page.js"))
PER_RUN = 200_000  # bytes of a run, compressed
IN_ALL = 200_000_000  # bytes of all runs, compressed: a browser opens no file of any size


def write_page(pasts: Sequence[Past], file: Path) -> None:
    """Run by run, so that memory holds one of them; whole or not at all."""
    style = _asset("style.css")
    scripts = ["".join(map(_asset, names)) for names in SCRIPTS]
    inline = _asset("vendor/plot-inline.css")  # what Plot puts into each drawing
    environment = Environment(loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined)
    pieces = environment.get_template("page.html").generate(
        title=brief(", ".join(dict.fromkeys(past.task for past in pasts)), 200),
        policy=_policy(scripts, [style, inline]),
        style=style,
        scripts=scripts,
        index=_json(rows(pasts)),
        blocks=_blocks(pasts),
    )
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(pieces)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _blocks(pasts: Sequence[Past]) -> Iterator[tuple[str, str]]:
    """The id and the data of each: configs, then runs."""
    share = min(PER_RUN, IN_ALL // max(sum(len(past.records) for past in pasts), 1))
    for at, past in enumerate(pasts):
        config = yaml.safe_dump(dict(past.config), sort_keys=False, allow_unicode=True, width=100)
        yield f"config-{at}", pack(Shorter(READ // 10, 1).of(config))
    for at, past in enumerate(pasts):
        for record in past.records:
            yield f"run-{at}-{record.run}", packed(past, record, share)


def _json(value: object) -> str:
    """Without a character that could end the element or begin another."""
    text = json.dumps(value, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Nothing is loaded from anywhere, and only these very texts run."""
    script, style = (" ".join(map(_digest, each)) for each in (scripts, styles))
    return f"default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
