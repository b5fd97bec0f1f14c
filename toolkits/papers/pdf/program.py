"""What the process of its own runs: a PDF on standard input, its sections as JSON on standard output.

python -m toolkits.papers.pdf.program SECONDS BYTES
"""

from __future__ import annotations

import json
import math
import resource
import sys
from dataclasses import asdict
from typing import Any

from toolkits.papers.pdf.document import Broken, read
from toolkits.papers.pdf.reading import paper


def main(seconds: float, memory: int) -> None:
    time = math.ceil(seconds)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (time, time + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(json.dumps(answer(sys.stdin.buffer.read())))


def answer(data: bytes) -> dict[str, Any]:
    """The sections, or why there are none."""
    try:
        return asdict(paper(read(data)))
    except Broken as error:
        return {"broken": str(error)}
    except MemoryError:
        return {"broken": "reading it takes too much memory"}


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
