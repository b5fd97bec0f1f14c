"""The launches of a submission: as torchrun starts it on one node with two devices, and on two of one device.

Beside them the script for one device runs with the same arguments, for the losses that are to be expected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.source import Source
from engine.submission import Submission
from engine.together import together
from engine.trace import Process, Script, Trace, trace
from sandbox import Sandbox

HERE = Path(__file__).parent
GIVEN = HERE.parent / "given"
NAME = "train_fsdp.py"
SECONDS = 90.0
RANKS, EPOCHS, BATCH, SAMPLES, LR, FOLDER = 2, 2, 4, 24, 0.00047, "ckpt"
UNWATCHED = b"def watch(note, rank): ...\n"


@dataclass(frozen=True)
class Launches:
    """`node` is one node with two devices, `nodes` are two of one device; `losses` those of one process."""

    source: Source
    node: Trace
    nodes: Trace
    losses: tuple[float, ...]

    @property
    def processes(self) -> tuple[Process, ...]:
        return (*self.node.processes, *self.nodes.processes)

    def of(self, nodes: bool) -> Trace:
        return self.nodes if nodes else self.node


def source_of(submission: Submission) -> Source | None:
    """The file of the name that was asked for, or the only other one beside the model."""
    files = {name: text for name, text in submission.files.items() if name.endswith(".py")}
    others = [name for name in files if name != "model.py"]
    name = NAME if NAME in files else next(iter(others), None)
    return None if name is None else Source(name, files[name])


async def launched(source: Source, sandbox: Sandbox) -> Launches:
    """All of it at once. Raises SandboxError."""
    watch = {path.name: path.read_bytes() for path in (HERE / "watch").glob("*.py")}
    text = source.text.encode()
    one, two, alone = await together(
        trace(sandbox, script)
        for script in (
            _script(text, BATCH, watch, _ranks(nodes=1)),
            _script(text, BATCH, watch, _ranks(nodes=RANKS)),
            _script(
                (GIVEN / "train_single_gpu.py").read_bytes(), RANKS * BATCH, {"watch.py": UNWATCHED}, ({},)
            ),
        )
    )
    losses = tuple(map(float, re.findall(r"loss (\S+)", alone.processes[0].stdout)))
    if len(losses) != EPOCHS:
        raise RuntimeError(f"the script for one device did not run: {alone.processes[0].stderr[-500:]}")
    return Launches(source, one, two, losses)


def _ranks(nodes: int) -> tuple[dict[str, str], ...]:
    """The environment of each process, as torchrun sets it."""
    each = RANKS // nodes
    return tuple(
        {
            "RANK": str(rank),
            "WORLD_SIZE": str(RANKS),
            "LOCAL_RANK": str(rank % each),
            "LOCAL_WORLD_SIZE": str(each),
            "GROUP_RANK": str(rank // each),
            "GROUP_WORLD_SIZE": str(nodes),
            "TORCHELASTIC_RUN_ID": "none",
            "TORCHELASTIC_RESTART_COUNT": "0",
            "TORCHELASTIC_MAX_RESTARTS": "0",
        }
        for rank in range(RANKS)
    )


def _script(text: bytes, batch: int, watch: dict[str, bytes], ranks: Sequence[dict[str, str]]) -> Script:
    arguments = {
        "epochs": EPOCHS,
        "batch-size": batch,
        "lr": LR,
        "num-samples": SAMPLES,
        "model-size": "small",
        "seed": 7,
        "checkpoint-dir": FOLDER,
    }
    words = tuple(word for name, value in arguments.items() for word in (f"--{name}", str(value)))
    files = {NAME: text, "model.py": (GIVEN / "model.py").read_bytes()}
    return Script(NAME, words, files, watch, tuple(ranks), SECONDS)
