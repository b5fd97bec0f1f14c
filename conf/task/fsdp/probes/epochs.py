"""The epochs of a training, out of the order in which a process tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.trace import Event, Process

from .finding import Facts


@dataclass
class Epoch:
    """One reading of a loader: `told` is what set_epoch was given since the reading before, if it was."""

    loader: Facts
    told: object = None
    trains: bool = False
    batches: list[list[int]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    trained: list[int] = field(default_factory=list)  # the rows that the model was called with


def epochs(process: Process) -> list[Epoch]:
    """Those that train; all, where none does."""
    reading = _Reading()
    for event in process.events:
        reading.hear(event)
    return [epoch for epoch in reading.epochs if epoch.trains] or reading.epochs


class _Reading:
    def __init__(self) -> None:
        self.epochs: list[Epoch] = []
        self._open: dict[object, Epoch] = {}
        self._told: dict[object, object] = {}
        self._last: Epoch | None = None  # the one whose batch was given last

    def hear(self, event: Event) -> None:
        facts = event.facts
        match event.kind:
            case "set_epoch":
                self._told[facts["of"]] = facts["epoch"]
            case "epoch":
                self._last = Epoch(facts, self._told_of(facts))
                self._open[facts["loader"]] = self._last
                self.epochs.append(self._last)
            case "batch":
                self._last = self._open[facts["loader"]]
                self._last.batches.append(list(facts["rows"]))
            case "forward" if self._last:
                self._last.losses.append(float(facts["loss"]))
                self._last.trained += facts["rows"]
            case "backward" if self._last:
                self._last.trains = True

    def _told_of(self, loader: Facts) -> object:
        """That a sampler is not the loader's own is charged elsewhere, once."""
        own = self._told.pop(loader["of"], None)
        return own if loader.get("distributed") or not self._told else self._told.popitem()[1]
