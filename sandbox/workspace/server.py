"""The program of a workspace's job, as `python -m sandbox.workspace.server`.

Each frame of the channel is a request {do, ...}, and is answered by a frame {text} or, where it could not be
done, {error}. Code of the agent runs in other processes only, so that this one is there to say what became
of them.
"""

# ruff: noqa: PTH100, PTH103, PTH118, PTH120
# pathlib loads slowly

from __future__ import annotations

import json
import os
import select
import sys

from sandbox.channel import Channel
from sandbox.workspace import files, shell
from sandbox.workspace.output import Output
from sandbox.workspace.python import Python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WORK = os.path.join(os.path.abspath(os.curdir), "work")


def main() -> None:
    engine = Channel(int(os.environ.pop("SANDBOX_CHANNEL")))
    os.environ["PATH"] = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"  # `python` is this one
    os.makedirs(WORK, exist_ok=True)
    os.chdir(WORK)
    server = Server()
    while True:
        server.rest(engine.descriptor)
        engine.send(json.dumps(server.answer(json.loads(engine.receive()))).encode())


class Server:
    """Carries out requests. `seconds` is wall time, `most` characters or bytes."""

    def __init__(self) -> None:
        self._output = Output()
        self._python = Python(self._output)

    def rest(self, until: int) -> None:
        """Take in what goes on in the background until there is news on a descriptor."""
        ready: list[int] = []
        while until not in ready:
            ready = select.select([until, self._output.reading], [], [])[0]
            self._output.read()

    def answer(self, request: dict[str, Any]) -> dict[str, str]:
        do = getattr(self, request.pop("do"))
        try:
            return {"text": do(**request)}
        except OSError as error:
            return {"error": f"{error.filename or 'the call'}: {error.strerror}"}
        except ValueError as error:
            return {"error": str(error)}

    def python(self, code: str, seconds: float) -> str:
        return self._said(self._python.run(code, seconds))

    def shell(self, line: str, seconds: float) -> str:
        return self._said(shell.run(line, seconds, self._output))

    def read(self, path: str, first: int, last: int | None, most: int) -> str:
        return files.read(path, first, last, most)

    def whole(self, path: str, most: int) -> str:
        return files.whole(path, most)

    def write(self, path: str, content: str) -> str:
        return files.write(path, content)

    def _said(self, note: str) -> str:
        """What was printed, and then the note on a line of its own."""
        text = self._output.take()
        return f"{text}\n{note}" if note and text and not text.endswith("\n") else text + note


if __name__ == "__main__":
    main()
