"""Constructs by which a file could deceive whoever runs and watches it.

Recorders share the process with what they watch. A file that could reach them (through frames, closures, the
collector's lists), end the process behind them, or put its own functions in their place may have done nothing
of the kind; but its run proves nothing any more. Ordinary programs have no use for any of this.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from engine.reach import (
    ASKING,
    BUILTINS,
    HARMLESS,
    INNER,
    LOADING,
    MODULES,
    PARTS,
    PLACES,
    REACHING,
    SETTINGS,
    SPECIAL,
    TOLD,
)
from engine.source import Source
from engine.verdict import Verdict


def tampering(source: Source, own: Collection[str] = ()) -> tuple[int, str] | None:
    """The first such construct: its line and what it is; None where there is none.

    `own` are the modules that lie beside the file: what comes from them it may change as it likes. Raises
    SyntaxError or ValueError for what does not parse.
    """
    return min(_Reading(source.tree, own).found(), default=None)


def trusted(verdict: Verdict, source: Source, deceit: tuple[int, str] | None) -> Verdict:
    """A verdict on what ran: a pass is unclear where a construct in the file could have deceived."""
    if deceit is None or verdict.verdict != "pass":
        return verdict
    line, what = deceit
    reason = f"the file could deceive whoever runs it ({what}), so that its run proves nothing"
    return Verdict("unclear", reason, source.evidence(line))


class _Reading:
    """One file, with what its names stand for."""

    def __init__(self, tree: ast.Module, own: Collection[str]) -> None:
        self.nodes = list(ast.walk(tree))
        self.own = set(own)
        self.imported = dict(each for node in self.nodes for each in _names(node))
        self.imported |= dict(each for node in self.nodes for each in self._aliases(node))
        self.looped = {name for node in self.nodes for name in _looped(node)}
        self.prose = {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}
        self.named = {id(node.value) for node in self.nodes if isinstance(node, ast.Attribute | ast.Assign)}
        asked = [
            node for node in self.nodes if isinstance(node, ast.Call) and self._path(node.func) in ASKING
        ]
        self.named |= {id(argument) for node in asked for argument in node.args}

    def found(self) -> Iterator[tuple[int, str]]:
        for node in self.nodes:
            for what in self._suspicious(node):
                yield getattr(node, "lineno", 0), what

    def _suspicious(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from self._imports(node)
            case ast.Name():
                yield from self._name(node)
            case ast.Attribute():
                yield from self._reached(node)
            case ast.Constant(value=str(text)) if id(node) not in self.prose:
                yield from _spoken(text)
            case ast.Call():
                yield from self._called(node)
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                yield from (what for target in targets for what in self._changed(target))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                yield from self._changed(target)
            case ast.FunctionDef(name=name) if name.startswith("__torch_"):
                yield f"def {name}"

    def _imports(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        for _, path in _names(node):
            root, *rest = path.split(".")
            whole = root in HARMLESS | self.own and not (REACHING | INNER) & set(rest)
            part = root in PARTS and (not rest or rest[0] in PARTS[root])
            if not whole and not part:
                yield f"import {path}"

    def _name(self, node: ast.Name) -> Iterator[str]:
        if node.id in BUILTINS and isinstance(node.ctx, ast.Load):
            yield node.id
        yield from self._as_value(node)

    def _reached(self, node: ast.Attribute) -> Iterator[str]:
        base = self._path(node.value)
        hidden = node.attr.startswith("__") and node.attr not in SPECIAL
        inner = node.attr in INNER and self._foreign(node.value)
        if hidden or inner or node.attr in REACHING or node.attr not in PARTS.get(base, {node.attr}):
            yield ast.unparse(node)
        yield from self._as_value(node)

    def _as_value(self, node: ast.Name | ast.Attribute) -> Iterator[str]:
        """A module that is handed on, to where what is done to it cannot be seen."""
        path = self._path(node)
        loaded = isinstance(node.ctx, ast.Load) and id(node) not in self.named
        if loaded and (path in MODULES or path in PARTS):
            yield f"the module {path} as a value"

    def _called(self, node: ast.Call) -> Iterator[str]:
        name, first = self._path(node.func), node.args[0] if node.args else None
        if name in ("setattr", "delattr") and first and (self._foreign(first) or _is_class(first)):
            yield f"{name} of {ast.unparse(first)}"
        elif name == "getattr" and len(node.args) > 1:
            yield from self._asked(*node.args[:2])
        elif name == "vars" and not isinstance(first, ast.Name) and not _arguments(first):
            yield "vars()"
        for keyword in node.keywords:
            if keyword.arg in LOADING and ast.unparse(keyword.value) != LOADING[keyword.arg]:
                yield f"{keyword.arg}={ast.unparse(keyword.value)}"
        if name == "open" and isinstance(first, ast.Constant) and not isinstance(first.value, str):
            yield "open of a descriptor"

    def _asked(self, whole: ast.expr, part: ast.expr) -> Iterator[str]:
        """A part that is asked for by its name, as if it stood there; a name that is made up may be any."""
        if isinstance(part, ast.Constant):
            yield from self._reached(ast.Attribute(whole, str(part.value), ast.Load()))
        elif not self._told(whole, part):
            yield "getattr of a name that is not written out"

    def _told(self, whole: ast.expr, part: ast.expr) -> bool:
        """Whether the name is an argument that chooses from torch, or comes from a loop over names."""
        if isinstance(part, ast.Attribute):
            return self._path(whole) == "torch"
        return isinstance(part, ast.Name) and part.id in self.looped

    def _changed(self, target: ast.expr) -> Iterator[str]:
        """A part of somebody else's module or class that is set anew."""
        if isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                yield from self._changed(each)
        elif isinstance(target, ast.Subscript):
            theirs = "__dict__" in ast.unparse(target.value) and self._foreign(target.value)
            yield from [f"setting {ast.unparse(target)}"] * theirs
        elif isinstance(target, ast.Attribute) and not self._path(target).startswith(SETTINGS):
            others = self._foreign(target.value) or _is_class(target.value)
            yield from [f"setting {ast.unparse(target)}"] * others

    def _foreign(self, node: ast.expr) -> bool:
        """Whether this is, or is a part of, something that was imported from elsewhere."""
        first = ast.unparse(node).partition(".")[0]
        return first in self.imported and self._path(node).partition(".")[0] not in self.own

    def _path(self, node: ast.expr) -> str:
        """A dotted name, its first part as it was imported: F.softmax is torch.nn.functional.softmax."""
        if isinstance(node, ast.Attribute):
            return f"{self._path(node.value)}.{node.attr}"
        return self.imported.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    def _aliases(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """Another name for something imported."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() | ast.Attribute() as value):
                if self._foreign(value):
                    yield name, self._path(value)


def _names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What an import binds: the name, and the dotted path that it stands for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (root, root)
            yield alias.name, alias.name  # a name with dots binds nothing, but what it loads is looked at
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"


def _arguments(node: ast.expr | None) -> bool:
    """Whether this is what a parser of arguments gives."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "parse_args"
    )


def _is_class(node: ast.expr) -> bool:
    """Whether this is the class of some object, which others share."""
    return ast.unparse(node).startswith("type(") or ast.unparse(node).endswith("__class__")


def _spoken(text: str) -> Iterator[str]:
    """A text that names what must not be reached, as for getattr or str.format, or a place of the system."""
    if text in REACHING or any(word in text for word in TOLD):
        yield f"the text {text[:40]!r}"
    if text.startswith(PLACES) or text == "proc":
        yield f"the path {text[:40]!r}"


def _looped(node: ast.AST) -> Iterator[str]:
    """Names that a loop gives to what has names: parts of a module, or texts that are written out."""
    if isinstance(node, ast.For | ast.comprehension):
        texts = isinstance(node.iter, ast.Tuple | ast.List) and all(
            isinstance(each, ast.Constant) for each in node.iter.elts
        )
        if texts or ".named_" in ast.unparse(node.iter):
            first = node.target.elts[0] if isinstance(node.target, ast.Tuple) else node.target
            yield from [first.id] if isinstance(first, ast.Name) else []
