"""The examiner, in this process, given records that no honest subject would send."""

from __future__ import annotations

import copy
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.score import probes

pytestmark = pytest.mark.slow
BATCH, LENGTH = 5, 6
RECORD: dict[str, Any] = {
    "leaves": [
        {"ref": 0, "kind": "input", "name": "ids", "trained": False},
        {"ref": 1, "kind": "parameter", "name": "w", "trained": True},
    ],
    "steps": [
        {"op": "aten.embedding.default", "args": [{"t": 1}, {"t": 0}], "kwargs": {}, "outs": [2], "at": 0},
        {"op": "aten.mul.Tensor", "args": [{"t": 2}, {"f": "2.0"}], "kwargs": {}, "outs": [3], "at": 0},
    ],
    "places": [[[1, "forward", "NeuralMemory"]]],
    "result": 3,
    "reached": ["w"],
}
Answer = Callable[[Any, Any], bytes]


class Channel(ModuleType):
    """The examiner's channel: gives it a request, answers its questions, keeps its report."""

    def __init__(self) -> None:
        super().__init__("channel")
        self.waiting: list[bytes] = []
        self.report: Any = None
        self.answer: Answer = twice

    def receive(self) -> bytes:
        return self.waiting.pop(0)

    def send(self, frame: bytes) -> None:
        import wire

        value, tensors = wire.unpack(frame)
        if "do" in value:
            self.waiting.append(self.answer(value, tensors))
        else:
            self.report = value


def twice(question: Any, tensors: Any) -> bytes:
    """What a subject answers whose model is the record's."""
    import wire

    ids, weight = tensors
    return wire.pack({"ok": {}}, [2 * weight[ids]])


@pytest.fixture(scope="module")
def channel() -> Iterator[Channel]:
    """The probes' folder is importable as it is in the examiner's job, for this module's tests alone."""
    import torch

    before, dtype, threads = set(sys.modules), torch.get_default_dtype(), torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(probes("titans").folder))
        channel = Channel()
        patch.setitem(sys.modules, "channel", channel)
        importlib.import_module("examiner.main")
        yield channel
    ours = ("examiner", "wire", "message")
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ours:
            del sys.modules[name]
    torch.set_default_dtype(dtype)
    torch.set_num_threads(threads)


def tensors() -> list[Any]:
    import torch

    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(0, 1000, (BATCH, LENGTH), generator=generator)
    return [ids, torch.randn(1000, 8, generator=generator, dtype=torch.float32)]


def examined(channel: Channel, record: Any, given: list[Any] | None = None, answer: Answer = twice) -> Any:
    """The examiner's report on a record."""
    import wire

    channel.report, channel.answer = None, answer
    request = {"record": record, "batch": BATCH, "length": LENGTH, "looping": True}
    channel.waiting = [wire.pack(request, tensors() if given is None else given)]
    importlib.import_module("examiner.main").main()
    return channel.report


def verdicts(report: Any) -> set[str]:
    return {finding["verdict"] for finding in report.get("ok", {}).values()}


def changed(path: str, value: object) -> dict[str, Any]:
    """The record with one part of it replaced."""
    record: Any = copy.deepcopy(RECORD)
    at = record
    *parents, last = (int(key) if key.isdigit() else key for key in path.split("/"))
    for key in parents:
        at = at[key]
    at[last] = value
    return record


def test_an_honest_record_is_examined(channel: Channel) -> None:
    """The control of all that follows: it is believed, and has no memory."""
    report = examined(channel, RECORD)
    assert "ok" in report, report
    assert verdicts(report) <= {"fail", "unclear"}


def shifted(question: Any, given: Any) -> bytes:
    import wire

    return wire.pack({"ok": {}}, [2 * given[1][given[0]] + 0.1])


def rotated(question: Any, given: Any) -> bytes:
    import wire

    return wire.pack({"ok": {}}, [2 * given[1][given[0]].roll(1, 0)])


def absent(question: Any, given: Any) -> bytes:
    import wire

    return wire.pack({"ok": {}})


def half(question: Any, given: Any) -> bytes:
    import wire

    return wire.pack({"ok": {}}, [given[1][given[0]][:1]])


def nowhere(question: Any, given: Any) -> bytes:
    import wire

    return wire.pack({"ok": {}}, [given[1][given[0]] * float("nan")])


def failing(question: Any, given: Any) -> bytes:
    import wire

    return wire.pack({"error": "no"})


def garbled(question: Any, given: Any) -> bytes:
    return b"\xff\xff\xff\xff"


@pytest.mark.parametrize("answer", [shifted, rotated, absent, half, nowhere, failing, garbled])
def test_a_record_is_believed_only_as_far_as_it_agrees(channel: Channel, answer: Answer) -> None:
    """Other answers to other input than the record's are the end of it."""
    report = examined(channel, RECORD, answer=answer)
    assert set(report) == {"error"}


OPERATIONS = [
    None,
    3,
    [],
    "",
    "mul",
    "aten.mul",
    "aten.mul.Tensor.more",
    "aten.mul.Tensor\n",
    "aten.mul.nothing",
    "aten.mul.__call__",
    "aten.mul._schema",
    "aten.__class__.default",
    "aten.from_file.default",
    "aten.set_.source_Storage",
    "aten.resize_.default",
    "aten.data.default",
    "aten.quantize_per_tensor.default",
    "prim.Print.default",
    "profiler._record_function_enter.default",
    "torch.ops.aten.mul",
    "os.system.default",
    "builtins.eval.default",
    "aten.mul.Tensor" * 10_000,
]


@pytest.mark.parametrize("name", OPERATIONS, ids=lambda name: repr(name)[:40])
def test_an_operation_that_is_not_ours_is_refused(channel: Channel, name: object) -> None:
    """Only known tensor operations are done, none that reaches files, storages or code."""
    report = examined(channel, changed("steps/1/op", name))
    assert set(report) == {"error"}
    assert len(report["error"]) <= 500


CHANGES: list[tuple[str, object]] = [
    ("steps", None),
    ("steps", 3),
    ("steps", "many"),
    ("steps", [3]),
    ("steps", [{}]),
    ("steps", [None]),
    ("steps", []),
    ("steps/1/args", None),
    ("steps/1/args", 3),
    ("steps/1/args", []),
    ("steps/1/args", [{"t": 2}]),
    ("steps/1/args", [{"t": 2}, {"t": 2}, {"t": 2}, {"t": 2}]),
    ("steps/1/args/0", {"t": 99}),
    ("steps/1/args/0", {"t": -1}),
    ("steps/1/args/0", {"t": 3}),
    ("steps/1/args/0", {"t": "2"}),
    ("steps/1/args/0", {"t": None}),
    ("steps/1/args/0", {"t": [2]}),
    ("steps/1/args/0", {"t": {"t": 2}}),
    ("steps/1/args/0", {"t": 1 << 99}),
    ("steps/1/args/0", {}),
    ("steps/1/args/0", "a word"),
    ("steps/1/args/0", [[[{"t": 2}]]]),
    ("steps/1/args/1", {"f": "nan"}),
    ("steps/1/args/1", {"f": "1e999"}),
    ("steps/1/args/1", {"f": "word"}),
    ("steps/1/args/1", {"f": [1]}),
    ("steps/1/args/1", {"c": "os"}),
    ("steps/1/args/1", {"c": [1]}),
    ("steps/1/args/1", 1 << 99),
    ("steps/1/kwargs", None),
    ("steps/1/kwargs", []),
    ("steps/1/kwargs", {"out": {"t": 1}}),
    ("steps/1/kwargs", {"self": {"t": 1}}),
    ("steps/1/kwargs", {"__class__": 1}),
    ("steps/1/outs", None),
    ("steps/1/outs", []),
    ("steps/1/outs", [3, 4]),
    ("steps/1/outs", [None]),
    ("steps/1/outs", ["x"]),
    ("steps/1/outs", [{}]),
    ("steps/1/outs", [-1]),
    ("steps/1/outs", [1 << 99]),
    ("steps/1/at", None),
    ("steps/1/at", "x"),
    ("result", 99),
    ("result", -1),
    ("result", 0),
    ("result", "x"),
    ("result", None),
    ("result", [3]),
    ("leaves", None),
    ("leaves", []),
    ("leaves", [3, 4]),
    ("leaves/0/kind", "parameter"),
    ("leaves/0/kind", "constant"),
    ("leaves/0/kind", ["input"]),
    ("leaves/1/kind", "input"),
    ("leaves/1/ref", 0),
    ("leaves/1/ref", -1),
    ("leaves/1/ref", "x"),
    ("leaves/1/ref", None),
    ("leaves/1/ref", 3),
    ("places", None),
    ("places", 3),
    ("places", [3]),
    ("places", [[3]]),
    ("places", [[[]]]),
    ("places", [[[1, "forward", 7]]]),
    ("places", [[[1, "forward", ["NeuralMemory"]]]]),
    ("reached", 3),
]


@pytest.mark.parametrize(("path", "value"), CHANGES, ids=lambda part: str(part)[:40])
def test_a_forged_part_is_refused(channel: Channel, path: str, value: object) -> None:
    """Wrong types, references to nothing, to what is yet to come and to itself: never a pass."""
    report = examined(channel, changed(path, value))
    assert "error" in report or "pass" not in verdicts(report)


@pytest.mark.parametrize("record", [None, [], "x", 3, {}, [RECORD]], ids=lambda part: str(part)[:20])
def test_what_is_no_record_is_refused(channel: Channel, record: object) -> None:
    """A report that says so, whatever was sent."""
    assert set(examined(channel, record)) == {"error"}


STEPS: list[tuple[str, list[object]]] = [
    ("aten.as_strided.default", [{"t": 2}, [1 << 20], [1], 0]),
    ("aten.as_strided.default", [{"t": 2}, [4], [1], -1]),
    ("aten.as_strided.default", [{"t": 2}, [4], [-1], 3]),
    ("aten.as_strided.default", [{"t": 2}, [4], [1 << 60], 0]),
    ("aten.view.default", [{"t": 2}, [-1, -1]]),
    ("aten.view.default", [{"t": 2}, [-7]]),
    ("aten.zeros.default", [[-1]]),
    ("aten.zeros.default", [[1 << 62]]),
    ("aten.zeros.default", [[1 << 40, 1 << 40]]),
    ("aten.expand.default", [{"t": 2}, [1 << 50, BATCH, LENGTH, 8]]),
    ("aten.repeat.default", [{"t": 2}, [1 << 40, 1, 1]]),
    ("aten.select.int", [{"t": 2}, 0, 99]),
    ("aten.select.int", [{"t": 2}, 99, 0]),
    ("aten.slice.Tensor", [{"t": 2}, 0, 5, -5]),
    ("aten.index.Tensor", [{"t": 1}, [{"t": 0}, {"t": 0}]]),
    ("aten.index_select.default", [{"t": 2}, 0, {"t": 0}]),
    ("aten.gather.default", [{"t": 2}, 0, {"t": 0}]),
    ("aten.embedding.default", [{"t": 2}, {"t": 0}]),
    ("aten.bmm.default", [{"t": 2}, {"t": 2}]),
    ("aten.cat.default", [[]]),
    ("aten.cat.default", [[{"t": 2}] * 3, 9]),
    ("aten._to_copy.default", [{"t": 2}, 3]),
    ("aten.view.dtype", [{"t": 2}, {"c": "torch.bool"}]),
]


@pytest.mark.parametrize(("name", "args"), STEPS, ids=str)
def test_an_operation_on_what_is_not_there_is_refused(
    channel: Channel, name: str, args: list[object]
) -> None:
    """Beyond a tensor's memory, of negative and of giant sizes, at places that do not exist."""
    record = changed("steps/1/op", name)
    record["steps"][1]["args"] = args
    report = examined(channel, record)
    assert "error" in report or "pass" not in verdicts(report)


def test_tensors_that_do_not_match_the_leaves(channel: Channel) -> None:
    """One too many, one too few, of odd types and sizes, and not finite."""
    import torch

    ids, weight = tensors()
    forged = [
        [],
        [ids],
        [ids, weight, weight],
        [weight, ids],
        [ids, weight.long()],
        [ids.double(), weight],
        [ids, weight[:, :0]],
        [ids[:0], weight],
        [torch.tensor(3), weight],
        [ids, torch.tensor(1.0)],
        [ids, weight * float("nan")],
        [ids, weight * float("inf")],
        [ids + 1000, weight],
        [-ids, weight],
        [ids, weight.bool()],
    ]
    for given in forged:
        report = examined(channel, RECORD, given)
        assert "error" in report or "pass" not in verdicts(report), [tensor.shape for tensor in given]


@pytest.mark.parametrize(
    "steps", [[0] * 1_000_000, [RECORD["steps"][1]] * 100_000], ids=["numbers", "operations"]
)
def test_a_record_without_end_is_refused_at_once(channel: Channel, steps: list[object]) -> None:
    """Too many operations are not even looked at."""
    began = time.monotonic()
    assert "are more than" in examined(channel, RECORD | {"steps": steps})["error"]
    assert time.monotonic() - began < 20
