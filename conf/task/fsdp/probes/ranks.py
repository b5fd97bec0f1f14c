"""What the tests of a script come to in a process of a certain rank, as far as the text tells."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from .origins import Origins, last

COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
GLOBAL, LOCAL = ("rank", "global_rank", "get_rank"), ("local_rank", "get_node_local_rank")
DEEPEST = 20


class Rank:
    """A process, by its rank and by that within its node."""

    def __init__(self, origins: Origins, rank: int, local: int) -> None:
        self._origins, self._rank, self._local = origins, rank, local

    def comes_to(self, node: ast.expr, scope: str, depth: int = 0) -> Any:
        """A number or a truth; None where that depends on something else."""
        if depth > DEEPEST:
            return None
        match node:
            case ast.Constant(value=int(value)):
                return value
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                value = self.comes_to(inner, scope, depth + 1)
                return None if value is None else not value
            case ast.Compare(left=left, ops=[operation], comparators=[right]):
                sides = [self.comes_to(side, scope, depth + 1) for side in (left, right)]
                compare = COMPARED.get(type(operation))
                return compare(*sides) if compare and None not in sides else None
            case ast.BoolOp(op=operation, values=values):
                truths = [self.comes_to(value, scope, depth + 1) for value in values]
                return _joined(truths, isinstance(operation, ast.Or))
        return self._named(node, scope, depth)

    def _named(self, node: ast.expr, scope: str, depth: int) -> Any:
        """A rank, or what a name or a call stands for."""
        asked = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        if isinstance(node, ast.Call | ast.Subscript) and asked & {"RANK", "LOCAL_RANK"}:
            return self._rank if "RANK" in asked else self._local
        if isinstance(node, ast.Name | ast.Attribute) and (given := self._origins.value(node, scope)):
            value = self.comes_to(given.node, given.scope, depth + 1)
            if value is not None or not isinstance(given.node, ast.Call):
                return value
        for given in self._origins.returned(node)[:1]:
            value = self.comes_to(given.node, given.scope, depth + 1)
            if value is not None:
                return value
        name = last(node.func if isinstance(node, ast.Call) else node).lower()
        return self._rank if name in GLOBAL else self._local if name in LOCAL else None


def _joined(truths: list[Any], either: bool) -> bool | None:
    """`or`, or else `and`, of truths of which some are not known."""
    if any(truth is not None and bool(truth) is either for truth in truths):
        return either
    return None if None in truths else not either
