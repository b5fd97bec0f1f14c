"""Which trained parameter is which of the given model's, however the script has put them together."""

from __future__ import annotations

import gc
import re
from collections.abc import Container, Iterator

from torch import Size, nn
from torch.nn.modules.module import register_module_module_registration_hook
from torch.utils.weak import WeakIdKeyDictionary

WRAPPED = re.compile(r"\b(_orig_mod|_checkpoint_wrapped_module|module)\.")
Parameters = dict[str, nn.Parameter]
Ids = dict[str, int]


class Naming:
    """By the names they have in a module, by those that they were built with, or by their order."""

    def __init__(self, like: nn.Module) -> None:
        self.shapes = _shapes(dict(like.named_parameters()))
        self._last = [name for name, _ in like.named_children()][-1]
        self._built = WeakIdKeyDictionary()
        register_module_module_registration_hook(self._registered)

    def of(self, trained: Container[int]) -> tuple[Ids, bool]:
        """Their ids by their given names, if known, and whether these are sure: an order may mislead."""
        whole = [own for own in map(_own, _modules()) if all(id(one) in trained for one in own.values())]
        for own in whole:
            if _shapes(own) == self.shapes:
                return {name: id(one) for name, one in own.items()}, True
        built = {name: id(one) for one, name in self._built.items() if id(one) in trained}
        if built.keys() == self.shapes.keys():
            return built, True
        for own in whole:
            if [*_shapes(own).values()] == [*self.shapes.values()]:
                return dict(zip(self.shapes, map(id, own.values()), strict=True)), False
        return {}, False

    def _registered(self, module: nn.Module, name: str, child: nn.Module | None) -> None:
        """The last part of a model is about to be put into it."""
        if name == self._last and child is not None:
            own = _own(module) | {f"{name}.{each}": one for each, one in child.named_parameters()}
            if _shapes(own) == self.shapes:
                self._built.update((one, name) for name, one in own.items())


def _shapes(parameters: Parameters) -> dict[str, Size]:
    return {name: one.shape for name, one in parameters.items()}


def _own(module: nn.Module) -> Parameters:
    return {WRAPPED.sub("", name): one for name, one in module.named_parameters()}


def _modules() -> Iterator[nn.Module]:
    return (each for each in gc.get_objects() if issubclass(type(each), nn.Module))
