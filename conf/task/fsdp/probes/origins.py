"""Where the values of a script come from, by its text: for what its processes did not get to."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """An expression, and the function that it stands in."""

    node: ast.expr
    scope: str


Key = tuple[str, str]


class Origins:
    """What names were given last, in their function or in the module; attributes are known by their own name.

    A parameter has been given what its function is called with, a call gives what its function returns.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._given: dict[Key, Value] = {}
        self._returned: dict[str, list[Value]] = {}
        self._functions: dict[str, ast.FunctionDef] = {}
        self._calls: list[tuple[ast.Call, str]] = []
        self._counted: set[Key] = set()
        self._imported = {name for node in ast.walk(tree) for name in _imports(node)}
        self._read(tree, "")
        for call, scope in self._calls:
            self._hand_over(call, scope)

    def value(self, node: ast.expr, scope: str) -> Value | None:
        """What a name or an attribute stands for."""
        keys = _keys(node, scope)
        return next((self._given[key] for key in keys if key in self._given), None)

    def returned(self, node: ast.expr) -> list[Value]:
        """What a function of the script gives that is called here, or asked for as a property."""
        return self._returned.get(self.own(node.func if isinstance(node, ast.Call) else node), [])

    def own(self, node: ast.expr) -> str:
        """The last part of a name that is the script's own: its save is not torch.save."""
        first, *_ = ast.unparse(node).split(".")
        return "" if first in self._imported else last(node)

    def call_of(self, names: Collection[str], node: ast.expr, scope: str) -> ast.Call | None:
        """The call of one of these that an expression comes from."""
        return self._call_of(names, Value(node, scope), set())

    def counts(self, node: ast.expr, scope: str) -> bool:
        """Whether this is another number in each round of a loop, as far as that is plain."""
        match node:
            case ast.Name() | ast.Attribute():
                given = self.value(node, scope)
                counted = any(key in self._counted for key in _keys(node, scope))
                return counted or (
                    given is not None and given.node is not node and self.counts(*_pair(given))
                )
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self.counts(node.left, scope) != self.counts(node.right, scope)
        return False

    def _call_of(self, names: Collection[str], value: Value, seen: set[int]) -> ast.Call | None:
        node = value.node
        if id(node) in seen:
            return None
        seen.add(id(node))
        if isinstance(node, ast.Call) and last(node.func) in names:
            return node
        found = (self._call_of(names, each, seen) for each in self._behind(node, value.scope))
        return next((call for call in found if call), None)

    def _behind(self, node: ast.expr, scope: str) -> Iterator[Value]:
        """What an expression is made of."""
        given = self.value(node, scope) if isinstance(node, ast.Name | ast.Attribute) else None
        returned = self.returned(node) if isinstance(node, ast.Call | ast.Attribute) else []
        if given or returned:
            yield from [given] if given else returned
            return
        for child in ast.iter_child_nodes(node):
            match child:
                case (ast.expr() as inner) | ast.keyword(value=inner) | ast.comprehension(iter=inner):
                    yield Value(inner, scope)

    def _read(self, node: ast.AST, scope: str) -> None:
        if isinstance(node, ast.FunctionDef):
            self._functions[node.name] = node
            scope = node.name
        self._bind(node, scope)
        for child in ast.iter_child_nodes(node):
            self._read(child, scope)

    def _bind(self, node: ast.AST, scope: str) -> None:
        match node:
            case ast.Call():
                self._calls.append((node, scope))
            case ast.ClassDef(body=body):
                for each in body:
                    if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                        self._functions[node.name] = each
            case ast.Return(value=ast.expr() as value):
                self._returned.setdefault(scope, []).append(Value(value, scope))
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._give(target, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._give(target, value, scope)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._give(target, value, scope)
            case ast.For(target=target) | ast.AugAssign(target=target):
                self._counted |= {_keys(each, scope)[0] for each in ast.walk(target) if _named(each)}

    def _give(self, target: ast.expr, value: ast.expr, scope: str) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, other in zip(target.elts, value.elts, strict=False):
                self._give(one, other, scope)
        elif isinstance(target, ast.Tuple):
            for one in target.elts:
                self._give(one, value, scope)
        elif _named(target):
            self._given[_keys(target, scope)[0]] = Value(value, scope)

    def _hand_over(self, call: ast.Call, scope: str) -> None:
        function = self._functions.get(self.own(call.func))
        if function is None:
            return
        names = [each.arg for each in function.args.args if each.arg not in ("self", "cls")]
        given = [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords)]
        for name, value in given:
            if name:
                self._given.setdefault((function.name, name), Value(value, scope))


def last(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return ast.unparse(node).rpartition(".")[2]


def _keys(node: ast.AST, scope: str) -> list[Key]:
    if isinstance(node, ast.Attribute):
        return [("", f".{node.attr}")]
    return [(scope, node.id), ("", node.id)] if isinstance(node, ast.Name) else [("", "")]


def _imports(node: ast.AST) -> list[str]:
    names = node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
    return [(alias.asname or alias.name).partition(".")[0] for alias in names]


def _named(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute)


def _pair(value: Value) -> tuple[ast.expr, str]:
    return value.node, value.scope
