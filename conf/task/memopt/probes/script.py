"""The submitted script, and one watched run of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from engine.source import Source
from engine.submission import Submission
from engine.trace import Script, Trace, trace
from sandbox import Sandbox

HERE = Path(__file__).parent
GIVEN = HERE.parent / "given"
SECONDS = 120.0
NAME = "train_optimized.py"
# A size that no script can know: who trains `small` when asked for this one does not listen.
OTHER_SIZE = '\nMODEL_SIZES["medium"] = dict(d_model=64, n_heads=2, n_layers=3, d_ff=128, max_seq_len=64)\n'


@dataclass(frozen=True)
class Arguments:
    """What the script is asked to do; None leaves it to the script's own default."""

    epochs: int = 1
    batch_size: int = 2
    num_samples: int = 10
    model_size: str = "small"
    lr: float | None = None
    seed: int | None = None

    def words(self) -> tuple[str, ...]:
        said = {name: value for name, value in vars(self).items() if value is not None}
        return tuple(
            word for name, value in said.items() for word in (f"--{name.replace('_', '-')}", f"{value}")
        )


CONTRACT = Arguments()
OTHER = Arguments(epochs=2, batch_size=4, num_samples=12, model_size="medium", lr=0.00123, seed=5)


def source_of(submission: Submission) -> Source | None:
    """The file of the name that was asked for, else one that is called a training, and the model at last."""
    files = {name: text for name, text in submission.files.items() if name.endswith(".py")}
    name = min(files, key=_unlikely, default=None)
    return None if name is None else Source(name, files[name])


def _unlikely(path: str) -> tuple[bool, ...]:
    name = Path(path).name
    return name != NAME, name == "model.py", "train" not in name


async def run(source: Source, sandbox: Sandbox, arguments: Arguments = CONTRACT, shim: bool = False) -> Trace:
    """One run, plainly or behind the CUDA shim. Raises SandboxError."""
    return await trace(sandbox, script(source, arguments, shim))


def script(source: Source, arguments: Arguments, shim: bool) -> Script:
    model = (GIVEN / "model.py").read_text(encoding="utf-8")
    if arguments.model_size != CONTRACT.model_size:
        model += OTHER_SIZE
    watch = {path.name: path.read_bytes() for path in (HERE / "watch").glob("*.py")}
    order = {
        "SCRIPT": NAME,
        "SAMPLES": arguments.num_samples,
        "SEED": arguments.seed or 0,
        "SIZE": arguments.model_size,
        "SHIM": shim,
        "DELETES": _deletes(source),
    }
    watch["order.py"] = "".join(f"{name} = {value!r}\n" for name, value in order.items()).encode()
    return Script(
        path=NAME,
        arguments=arguments.words(),
        files={NAME: source.text.encode(), "model.py": model.encode()},
        watch=watch | {"given.py": model.encode()},
        seconds=SECONDS,
        given=("model",),
    )


def _deletes(source: Source) -> list[tuple[int, list[str]]]:
    """What is deleted, line by line, written as expressions."""
    found: dict[int, list[str]] = {}
    for node in ast.walk(source.tree):
        for target in node.targets if isinstance(node, ast.Delete) else ():
            for each in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                found.setdefault(each.lineno, []).append(ast.unparse(each))
    return sorted(found.items())
