"""What of a script can run, by its syntax tree: for what its processes did not get to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.source import Source

Loop = ast.For | ast.While | ast.AsyncFor | ast.comprehension


@dataclass(frozen=True)
class Call:
    """A call that can run: under which tests, in loops or not, in which function."""

    node: ast.Call
    tests: tuple[str, ...]
    looped: bool
    function: str
    contexts: tuple[str, ...]

    @property
    def name(self) -> str:
        return ast.unparse(self.node.func)

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def line(self) -> int:
        return self.node.lineno

    def keyword(self, name: str) -> ast.expr | None:
        return next((each.value for each in self.node.keywords if each.arg == name), None)

    def by_rank(self) -> bool:
        """Whether only some ranks get here."""
        tests = [test.lower() for test in self.tests if "__name__" not in test]
        return any(word in test for test in tests for word in ("rank", "main", "master", "chief"))


@dataclass
class Live:
    """The calls of a script that can run: not in branches that never do, nor in functions that nobody uses."""

    source: Source
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._defined = {
            node.name: node
            for node in ast.walk(self.source.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self._special = [name for name in self._defined if name.startswith("__")]
        self._seen: set[str] = set()
        self._block(self.source.tree.body, (), False, "", ())
        looped = {call.last for call in self.calls if call.looped}
        self._in_loops = looped

    def named(self, *names: str) -> list[Call]:
        return [call for call in self.calls if call.last in names]

    def in_loop(self, call: Call) -> bool:
        """In a loop, or in a function that is called in one."""
        return call.looped or call.function in self._in_loops

    def _block(
        self,
        body: list[ast.stmt],
        tests: tuple[str, ...],
        looped: bool,
        function: str,
        contexts: tuple[str, ...],
    ) -> None:
        for statement in body:
            self._statement(statement, tests, looped, function, contexts)
            if isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue):
                return
            if isinstance(statement, ast.If) and _leaves(statement.body) and not statement.orelse:
                tests = (*tests, f"not ({ast.unparse(statement.test)})")

    def _statement(
        self, node: ast.stmt, tests: tuple[str, ...], looped: bool, function: str, contexts: tuple[str, ...]
    ) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in node.decorator_list:
                self._expression(each, tests, looped, function, contexts)
        elif isinstance(node, ast.ClassDef):
            self._block(node.body, tests, looped, function, contexts)
        elif isinstance(node, ast.If):
            self._expression(node.test, tests, looped, function, contexts)
            if not _never(node.test):
                self._block(node.body, (*tests, ast.unparse(node.test)), looped, function, contexts)
            if not _always(node.test):
                self._block(
                    node.orelse, (*tests, f"not ({ast.unparse(node.test)})"), looped, function, contexts
                )
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            head = node.test if isinstance(node, ast.While) else node.iter
            self._expression(head, tests, looped, function, contexts)
            if not (isinstance(node, ast.While) and _never(node.test)):
                self._block(node.body, tests, True, function, contexts)
            self._block(node.orelse, tests, looped, function, contexts)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self._expression(item.context_expr, tests, looped, function, contexts)
            opened = tuple(ast.unparse(item.context_expr) for item in node.items)
            self._block(node.body, tests, looped, function, (*contexts, *opened))
        elif isinstance(node, ast.Try):
            for part in (node.body, node.orelse, node.finalbody, *(each.body for each in node.handlers)):
                self._block(part, tests, looped, function, contexts)
        else:
            self._expression(node, tests, looped, function, contexts)

    def _expression(
        self, node: ast.AST, tests: tuple[str, ...], looped: bool, function: str, contexts: tuple[str, ...]
    ) -> None:
        for each in _walk(node):
            if isinstance(each, ast.Call):
                self.calls.append(Call(each, tests, looped, function, contexts))
            name = (
                each.id
                if isinstance(each, ast.Name)
                else each.attr
                if isinstance(each, ast.Attribute)
                else ""
            )
            for used in (name, *(self._special if isinstance(each, ast.Call) else ())):
                if used in self._defined and used not in self._seen:
                    self._seen.add(used)
                    inherits = tests if isinstance(each, ast.Name | ast.Attribute) else ()
                    self._block(self._defined[used].body, inherits, looped, used, contexts)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def _never(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _always(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Continue)
