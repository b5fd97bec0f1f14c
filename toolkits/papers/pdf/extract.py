"""Reads a PDF in a process of its own, whose time and memory are bounded.

The library is written in C, and a hostile file may hang it or make it eat memory: then only that process
dies.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from toolkits.papers.pdf.document import Broken
from toolkits.papers.pdf.sections import Heading, Sections

PROGRAM = "toolkits.papers.pdf.program"


async def sections(data: bytes, seconds: float = 30, memory: int = 1 << 30) -> Sections:
    """A paper's sections. Raises Broken, in words, for whatever goes wrong with the file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", PROGRAM, str(seconds), str(memory)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},  # no key of ours where a hostile file is read
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate(data)
    except TimeoutError:
        raise Broken(f"reading it takes more than {seconds:g} s", temporary=True) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _sections(_answer(output, process.returncode, seconds))


def _answer(output: bytes, code: int | None, seconds: float) -> dict[str, Any]:
    if code != 0:
        raise Broken(
            f"reading it ended the reader (code {code}): it is damaged, or takes more than {seconds:g} s",
            temporary=True,
        )
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    if "broken" in answer:
        raise Broken(answer["broken"])
    return answer


def _sections(answer: dict[str, Any]) -> Sections:
    return Sections(**{**answer, "headings": [Heading(**heading) for heading in answer["headings"]]})
