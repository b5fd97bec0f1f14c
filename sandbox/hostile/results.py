"""Attacks on whoever reads what a job gives back. The control of each is a reader that is not careful."""

from __future__ import annotations

import json
import pickle
import zlib

from sandbox.hostile.answers import MOST, SHORT, both, frame, handed_in, job, outlasts, printed
from sandbox.hostile.attack import Control, Strike
from sandbox.hostile.targets import Targets
from sandbox.hostile.unhindered import Unhindered
from sandbox.job import Sandbox, run

FREE = Unhindered()
LATE = 8.0  # seconds: a job of one second, and what its sandbox may take beyond
SOON = 1.5  # after which a careless reader is known to wait
PROBE = "import json; print(json.dumps(sum([1, 2, 3])))"


async def pickled(sandbox: Sandbox, targets: Targets) -> bool:
    path = targets.folder / f"unpickled-{sandbox.name}"
    await both(sandbox, job("pickled", str(path)))
    return path.exists()


async def unpickled(targets: Targets) -> bool:
    path = targets.folder / "unpickled"
    pickle.loads(await frame(FREE, job("pickled", str(path)))).close()  # noqa: S301  it is our own
    return path.exists()


async def zip_bomb(sandbox: Sandbox, _: Targets) -> bool:
    return len(await frame(sandbox, job("zip_bomb"))) > MOST


async def unzipped(_: Targets) -> bool:
    return len(zlib.decompress(await frame(FREE, job("zip_bomb")))) > MOST


async def flood(sandbox: Sandbox, _: Targets) -> bool:
    return len(await frame(sandbox, job("flood"))) > MOST


async def flooded(targets: Targets) -> bool:
    return await flood(FREE, targets)


async def silence(sandbox: Sandbox, _: Targets) -> bool:
    return await outlasts(frame(sandbox, job("silence", limits=SHORT)), LATE)


async def listened(_: Targets) -> bool:
    return await outlasts(frame(FREE, job("silence")), SOON)


async def hang(sandbox: Sandbox, _: Targets) -> bool:
    return await outlasts(run(sandbox, job("hang", limits=SHORT)), LATE)


async def waited(_: Targets) -> bool:
    return await outlasts(run(FREE, job("hang")), SOON)


async def no_text(sandbox: Sandbox, _: Targets) -> bool:
    frame_sent, ended = await both(sandbox, job("no_text"))
    return _stumbles(ended.stdout.encode()) or not frame_sent


async def decoded(_: Targets) -> bool:
    return _stumbles(await frame(FREE, job("no_text")))


async def link(sandbox: Sandbox, targets: Targets) -> bool:
    return targets.token in await handed_in(sandbox, f"ln -s {targets.folder}/secret result")


async def followed(targets: Targets) -> bool:
    return targets.token.encode() in await frame(FREE, job("link", f"{targets.folder}/secret"))


async def fifo(sandbox: Sandbox, _: Targets) -> bool:
    return await outlasts(handed_in(sandbox, "mkfifo result"), LATE)


async def opened(_: Targets) -> bool:
    return await outlasts(frame(FREE, job("fifo")), SOON)


async def forged_end(sandbox: Sandbox, _: Targets) -> bool:
    return (await run(sandbox, job("forged_end"))).code == 0


async def believed(_: Targets) -> bool:
    ended = await run(FREE, job("forged_end"))
    return ended.code == 7 and json.loads(ended.stdout.splitlines()[0])["code"] == 0


async def patched_probe(sandbox: Sandbox, _: Targets) -> bool:
    await run(sandbox, job("patched_probe"))
    return await printed(sandbox, PROBE) != "6\n"


async def probed_together(_: Targets) -> bool:
    return (await run(FREE, job("patched_probe", PROBE))).stdout != "6\n"


def _stumbles(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return True
    return False


SIDES: dict[str, tuple[Strike, Control]] = {
    "pickled": (pickled, unpickled),
    "zip_bomb": (zip_bomb, unzipped),
    "flood": (flood, flooded),
    "silence": (silence, listened),
    "hang": (hang, waited),
    "no_text": (no_text, decoded),
    "link": (link, followed),
    "fifo": (fifo, opened),
    "forged_end": (forged_end, believed),
    "patched_probe": (patched_probe, probed_together),
}
