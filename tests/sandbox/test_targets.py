"""What is set up to be attacked goes with whoever set it up."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def test_targets_of_one_that_was_killed() -> None:
    """The victim ends, and its folder goes with it."""
    holding = (
        "import asyncio\nfrom sandbox.hostile.targets import targets\n"
        "async def hold():\n"
        "    async with targets() as found:\n"
        "        print(found.victim, found.folder, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(hold())"
    )
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        number, folder = holder.stdout.readline().split()
        left = (Path("/proc", number), Path(folder))
        assert all(path.exists() for path in left)
        holder.kill()
    until = time.monotonic() + 10
    while any(path.exists() for path in left) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(path.exists() for path in left)
