"""What is launched: which file, with which environment and files."""

from __future__ import annotations

import importlib.util
import zlib

from engine.submission import Submission
from tests.fsdp.parts import part

launch = part("launch")


def test_the_file_is_found() -> None:
    """By its name, or as the only one beside the model."""
    assert launch.source_of(Submission({"a.py": "1", "train_fsdp.py": "2"})).text == "2"
    assert launch.source_of(Submission({"model.py": "1", "b.py": "2"})).name == "b.py"
    assert launch.source_of(Submission({"model.py": "1"})) is None


def test_one_node_has_two_devices_and_two_nodes_one_each() -> None:
    """RANK and LOCAL_RANK always differ, but for the first rank of all nodes."""
    node, nodes = launch._ranks(1), launch._ranks(2)
    assert [(each["RANK"], each["LOCAL_RANK"], each["GROUP_RANK"]) for each in node] == [
        ("0", "1", "0"),
        ("1", "0", "0"),
    ]
    assert [(each["RANK"], each["LOCAL_RANK"], each["GROUP_RANK"]) for each in nodes] == [
        ("0", "0", "0"),
        ("1", "0", "1"),
    ]
    assert {each["LOCAL_WORLD_SIZE"] for each in nodes} == {"1"}


def test_the_script_lies_beside_the_given_model() -> None:
    """And is given every argument of the contract, none of them its default."""
    made = launch.script(b"text", {}, launch._ranks(1))
    model = (launch.GIVEN / "model.py").read_bytes()
    assert made.files == {"train_fsdp.py": b"text", "model.py": model.replace(launch.MEDIUM, launch.LESS)}
    assert model.count(launch.MEDIUM) == 1
    given = (launch.GIVEN / "train_single_gpu.py").read_text(encoding="utf-8")
    told = dict(zip(made.arguments[::2], made.arguments[1::2], strict=True))
    assert len(told) == given.count("parser.add_argument(")
    assert not [name for name, value in told.items() if f'"{name}", type=int, default={value})' in given]


def test_the_samples_of_the_seed_are_known() -> None:
    """By the sum of what the recorders know them by."""
    spec = importlib.util.spec_from_file_location("model", launch.GIVEN / "model.py")
    assert spec and spec.loader
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    samples = model.SyntheticTokens(launch.SAMPLES, launch.SEED)
    rows = {zlib.crc32(str(ids.tolist()).encode()) for ids, _ in samples}
    assert (len(rows), sum(rows)) == (launch.SAMPLES, launch.ROWS)
