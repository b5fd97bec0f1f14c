"""What a file of a folder that others may have made does not decide: only who types the command does.

That is where results are written, which files are read as submissions, what holds the code that is run, and
whom the user's keys are sent to.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from engine.config.origin import Origin
from engine.config.schema import Config
from engine.config.tree import leaves
from engine.errors import Refused
from engine.task import Assets

ACTORS = ("agent", "judge", "reader", "library")
PRELOAD = "sandbox.preload"  # which is imported in the sandbox: no more than a matter of time
WEAK = "sandbox.subprocess.Subprocess"
_ADDRESS = re.compile(r"\s*[a-z][\w+.-]*://", re.IGNORECASE)
_NAMES = ("base_url", "api_base")
_HERE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?")  # no key leaves this machine
ONLY = "only you can choose that, on the command line"


def check(said: Config, origin: Origin, assets: Assets) -> None:
    """Raises Refused, naming the key."""
    here = Path.cwd()
    assets.check()
    specimens = assets.within(said.task.specimens, "task.specimens")
    out, source = said.out, said.agent.get("source")
    if origin.wrote("out") and not _stays(out, here, here):
        raise Refused(f"out={out}: this leads out of the current folder; {ONLY}")
    if origin.wrote("agent.source") and not (
        _stays(source, here, here) and _stays(source, specimens, assets.root)
    ):
        raise Refused(f"agent.source={source}: this leads out of the current folder; {ONLY}")
    _check_sandbox(said, origin)
    for key, value in leaves({actor: getattr(said, actor) for actor in ACTORS}):
        if _leads_away(key, value) and origin.wrote(key):
            raise Refused(f"{key}={value}: your key would be sent there; {ONLY}")


def _check_sandbox(said: Config, origin: Origin) -> None:
    for key, value in leaves(said.sandbox, "sandbox"):
        if not key.startswith(PRELOAD) and origin.wrote(key):
            raise Refused(f"{key}={value}: how code is held is yours to say; {ONLY}")
    if said.sandbox.get("_target_") == WEAK and origin.files and "sandbox" not in origin.typed:
        raise Refused(f"sandbox=subprocess: this holds little of what code could do; {ONLY}")


def _stays(said: Any, start: Path, inside: Path) -> bool:
    """Whether what is said leads from `start` to a place inside of that folder. Null leads nowhere."""
    try:
        end = (start / os.path.expanduser(str(said))).resolve()  # noqa: PTH111 - this one knows no error
    except (OSError, ValueError):
        return False
    return said is None or end.is_relative_to(inside.resolve())


def _leads_away(key: str, value: Any) -> bool:
    scripted = ".replies." in key  # what a script says is sent nowhere
    if not isinstance(value, str) or scripted or _HERE.fullmatch(value):
        return False
    return key.rpartition(".")[2] in _NAMES or bool(_ADDRESS.match(value))
