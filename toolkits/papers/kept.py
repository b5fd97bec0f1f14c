"""What was fetched, kept on disk, so that asking again costs nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.errors import Void
from engine.place import place
from toolkits.papers.trouble import Absent, Trouble

TABLES = (
    "CREATE TABLE IF NOT EXISTS answers (question TEXT PRIMARY KEY, answer BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS troubles (question TEXT PRIMARY KEY, absent INTEGER, trouble TEXT NOT NULL)",
)
WAIT = 30.0  # seconds for another process that writes


@contextmanager
def usable() -> Iterator[None]:
    """A folder or file of ours that cannot be used is a failure of ours: the run is void."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise Void("tool", f"what was fetched cannot be kept (library.cache): {error}") from error


class Kept:
    """Answers by question, in one file, for any number of processes. Nothing secret may be in a question.

    `folder` is where; None is the user's own place. `offline`: there is nothing but what is kept, and to
    miss something is a failure of ours, which makes the run void. Trouble is kept as well, so that what went
    without an answer goes on as it did; asked for anew it is offline only, unless the answer was a "no".
    """

    def __init__(self, folder: str | None = None, offline: bool = False) -> None:
        self._file = (Path(folder).expanduser() if folder else place()) / "papers.sqlite"
        self._offline = offline

    def get(self, question: str) -> bytes | None:
        """The answer, or None. Raises the Trouble that there was in its place."""
        if self._file.exists():
            with self._open() as database:
                if found := database.execute(ANSWER, [question]).fetchone():
                    return bytes(found[0])
                trouble = database.execute(TROUBLE, [question]).fetchone()
            if trouble and (trouble[0] or self._offline):
                raise (Absent if trouble[0] else Trouble)(**json.loads(trouble[1]))
        if self._offline:
            raise Void("tool", f"library.offline=true, and this was never fetched: {question[:200]}")
        return None

    def put(self, question: str, answer: bytes) -> None:
        self._write("INSERT OR REPLACE INTO answers VALUES (?, ?)", question, answer)

    def put_trouble(self, question: str, trouble: Trouble) -> None:
        said = json.dumps({"instead": "", **trouble.told()})
        absent = isinstance(trouble, Absent)
        self._write("INSERT OR REPLACE INTO troubles VALUES (?, ?, ?)", question, absent, said)

    def _write(self, statement: str, *values: str | bytes | bool) -> None:
        with usable():
            self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as database:
            database.execute(statement, values)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with usable(), closing(sqlite3.connect(self._file, timeout=WAIT)) as database, database:
            for table in TABLES:
                database.execute(table)
            yield database


ANSWER = "SELECT answer FROM answers WHERE question = ?"
TROUBLE = "SELECT absent, trouble FROM troubles WHERE question = ?"
