"""What of a script can run, by its syntax tree: for what its processes did not get to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.source import Source

from .origins import Origins

Test = tuple[str, str]  # and the function that it stands in
SOME = ("rank", "main", "master", "chief")  # words by which a script tells one process from the others


@dataclass(frozen=True)
class Place:
    """Where in a script: under which tests, in a loop or not, in which function and `with` statements."""

    tests: tuple[str, ...] = ()
    looped: bool = False
    function: str = ""
    contexts: tuple[str, ...] = ()

    def under(self, test: str) -> Place:
        return replace(self, tests=(*self.tests, test))


@dataclass(frozen=True)
class Call:
    """A call that can run."""

    node: ast.Call
    place: Place

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
        return any(map(tells_ranks, self.place.tests))


class Live:
    """The calls of a script that can run, in the order of running as far as that can be read.

    Left out are branches that never run and functions that nobody names.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.calls: list[Call] = []
        self.origins = Origins(source.tree)
        functions = [node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)]
        self.functions = {node.name: node for node in functions}
        self._special = [name for name in self.functions if name.startswith("__")]
        self._seen: set[str] = set()
        self._block(source.tree.body, Place())
        self._in_loops = {self.origins.own(call.node.func) for call in self.calls if call.place.looped}

    def named(self, *names: str) -> list[Call]:
        return [call for call in self.calls if call.last in names]

    def in_loop(self, call: Call) -> bool:
        """In a loop, or in a function that is called in one."""
        return call.place.looped or call.place.function in self._in_loops

    def by_rank(self, call: Call) -> bool:
        """Whether only some ranks get here, or to where its function is called."""
        return any(each.by_rank() for each in (call, *self._callers(call.place.function)))

    def roads(self, call: Call, seen: tuple[str, ...] = ()) -> list[list[Test]]:
        """The tests on each way to a call, through the functions that lead there."""
        own, function = [(test, call.place.function) for test in call.place.tests], call.place.function
        callers = self._callers(function) if function not in seen else []
        further = [road for caller in callers for road in self.roads(caller, (*seen, function))]
        return [[*own, *road] for road in further] or [own]

    def come_from(self, node: ast.expr, call: Call, *names: str) -> ast.Call | None:
        """The call of one of these by which an expression in a call was made."""
        return self.origins.call_of(names, node, call.place.function)

    def _callers(self, function: str) -> list[Call]:
        return [call for call in self.calls if function and self.origins.own(call.node.func) == function]

    def _block(self, body: Iterable[ast.stmt], place: Place) -> None:
        for statement in body:
            self._statement(statement, place)
            if isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue):
                return
            if isinstance(statement, ast.If) and _leaves(statement):
                place = place.under(f"not ({ast.unparse(statement.test)})")

    def _statement(self, node: ast.stmt, place: Place) -> None:
        match node:
            case ast.FunctionDef():
                self._expressions(node.decorator_list, place)
            case ast.ClassDef():
                self._block(node.body, place)
            case ast.If():
                self._branches(node, place)
            case ast.For() | ast.While():
                self._loop(node, place)
            case ast.With():
                self._within(node, place)
            case ast.Try():
                handled = (each.body for each in node.handlers)
                for part in (node.body, node.orelse, node.finalbody, *handled):
                    self._block(part, place)
            case _:
                self._expressions([node], place)

    def _branches(self, node: ast.If, place: Place) -> None:
        test = ast.unparse(node.test)
        self._expressions([node.test], place)
        if _constant(node.test) is not False:
            self._block(node.body, place.under(test))
        if _constant(node.test) is not True:
            self._block(node.orelse, place.under(f"not ({test})"))

    def _loop(self, node: ast.For | ast.While, place: Place) -> None:
        head = node.test if isinstance(node, ast.While) else node.iter
        self._expressions([head], place)
        if _constant(head) is not False:
            self._block(node.body, replace(place, looped=True))
        self._block(node.orelse, place)

    def _within(self, node: ast.With, place: Place) -> None:
        opened = [item.context_expr for item in node.items]
        self._expressions(opened, place)
        self._block(node.body, replace(place, contexts=(*place.contexts, *map(ast.unparse, opened))))

    def _expressions(self, nodes: Iterable[ast.AST], place: Place) -> None:
        for node in (each for root in nodes for each in _walk(root)):
            if isinstance(node, ast.Call):
                self.calls.append(Call(node, place))
            for name in self._named_by(node):
                if name not in self._seen:
                    self._seen.add(name)
                    self._block(self.functions[name].body, replace(place, function=name))

    def _named_by(self, node: ast.AST) -> list[str]:
        """The script's own functions that may run because of this: any call may be that of a class."""
        if isinstance(node, ast.Call):
            return self._special
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return [name] if name in self.functions else []


def tells_ranks(test: str) -> bool:
    """Whether a test is of the kind by which one process is told from others."""
    return "__name__" not in test and any(word in test.lower() for word in SOME)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it, in the order of the text."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def _constant(test: ast.expr) -> bool | None:
    """What a test always comes to; None where that depends."""
    return bool(test.value) if isinstance(test, ast.Constant) else None


def _leaves(node: ast.If) -> bool:
    """Whether what follows runs only where the test fails."""
    return not node.orelse and isinstance(node.body[-1], ast.Return | ast.Continue)
