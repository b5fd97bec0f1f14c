"""The launches of a submission, as torchrun starts it: on a node of two devices, and on two nodes of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
SEED, SIZES = 7, {1: "small", RANKS: "medium"}  # by the number of nodes
MEDIUM, LESS = (
    b'"d_model": 512, "n_heads": 8, "n_layers": 8, "d_ff": 2048',
    b'"d_model": 128, "n_heads": 4, "n_layers": 3, "d_ff": 512',
)
ROWS = 48326313059  # the sum of what the recorders know the samples of that seed by
LOSSES = (9.18, 8.95)  # of each epoch, as the script for one device has them with as many samples a step


@dataclass(frozen=True)
class Launches:
    """`node` has two devices, `nodes` have one each."""

    source: Source
    node: Trace
    nodes: Trace

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
    """Both at once. Raises SandboxError."""
    watch = {path.name: path.read_bytes() for path in (HERE / "watch").glob("*.py")}
    text = source.text.encode()
    scripts = [script(text, watch, _ranks(nodes), size=size) for nodes, size in SIZES.items()]
    return Launches(source, *await together(trace(sandbox, each) for each in scripts))


def local(rank: int, nodes: bool) -> int:
    """The other way round on one node: a device by LOCAL_RANK is told from one by RANK modulo anything."""
    return 0 if nodes else RANKS - 1 - rank


def _ranks(nodes: int) -> tuple[dict[str, str], ...]:
    """The environment of each process, as torchrun sets it."""
    each = RANKS // nodes
    return tuple(
        {
            "RANK": str(rank),
            "WORLD_SIZE": str(RANKS),
            "LOCAL_RANK": str(local(rank, nodes > 1)),
            "LOCAL_WORLD_SIZE": str(each),
            "GROUP_RANK": str(rank // each),
            "GROUP_WORLD_SIZE": str(nodes),
            "TORCHELASTIC_RUN_ID": "none",
            "TORCHELASTIC_RESTART_COUNT": "0",
            "TORCHELASTIC_MAX_RESTARTS": "0",
        }
        for rank in range(RANKS)
    )


def script(
    text: bytes,
    watch: Mapping[str, bytes],
    ranks: Sequence[Mapping[str, str]],
    batch: int = BATCH,
    size: str = "small",
) -> Script:
    arguments = {
        "epochs": EPOCHS,
        "batch-size": batch,
        "lr": LR,
        "num-samples": SAMPLES,
        "model-size": size,
        "seed": SEED,
        "checkpoint-dir": FOLDER,
    }
    words = tuple(word for name, value in arguments.items() for word in (f"--{name}", str(value)))
    files = {NAME: text, "model.py": _model()}
    return Script(NAME, words, files, watch, tuple(ranks), SECONDS, given=("model",))


def _model() -> bytes:
    """The given one, its medium size so small that it trains here: to be asked for it is what matters."""
    return (GIVEN / "model.py").read_bytes().replace(MEDIUM, LESS)
