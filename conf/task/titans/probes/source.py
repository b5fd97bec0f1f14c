"""The submission's text: its file, its classes, its lines, and what in it could deceive whoever runs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.source import Source as Submitted
from engine.submission import Submission

MODEL = "SimpleTransformer"
MODULES = {"ctypes", "gc", "inspect", "marshal", "pickle", "socket", "subprocess", "multiprocessing"}
MODULES |= {"channel", "wire", "message", "subject", "importlib", "builtins", "signal", "threading"}
MODULES |= {"faulthandler"}
NAMES = {"exec", "eval", "compile", "__import__", "globals", "vars", "__builtins__", "breakpoint"}
PARTS = {"_getframe", "_current_frames", "__torch_function__", "__torch_dispatch__", "_python_dispatch", "_C"}
PARTS |= {"TorchDispatchMode", "TorchFunctionMode", "__subclasses__", "__globals__", "__code__"}
PARTS |= {"__closure__"}
PARTS |= {"f_locals", "f_globals", "f_back", "register_module_forward_hook"}
PARTS |= {"register_module_forward_pre_hook"}
HARMLESS = {
    "sys": {"version_info", "maxsize", "float_info", "stdout", "stderr", "argv", "exit"},
    "os": {"path", "getenv", "cpu_count", "linesep", "environ"},
}


class Source(Submitted):
    """One Python file of the submission."""

    @classmethod
    def of(cls, submission: Submission) -> Source | None:
        """The file that defines the model, or the only Python file there is."""
        sources = [cls(name, text) for name, text in submission.files.items() if name.endswith(".py")]
        defining = [source for source in sources if f"class {MODEL}" in source.text or MODEL in source.text]
        return next(iter(defining or sources), None)

    @property
    def classes(self) -> list[ast.ClassDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]

    def defines(self, name: str) -> bool:
        return any(name in _bound(node) for node in ast.walk(self.tree))

    def tampering(self) -> tuple[int, str] | None:
        """The first construct by which a file could deceive whoever runs it: its line and its name."""
        found = (what for part in self.tree.body if not _is_main(part) for what in _deceptions(part))
        return min(found, default=None)

    def cleaned(self) -> Source | None:
        """The file without what could deceive and calls that need it. None where that
        takes a class, or something that the rest needs.

        Lines keep their numbers.
        """
        cut = [part for part in self.tree.body if any(_deceptions(part))]
        lost = {name for part in cut for node in ast.walk(part) for name in _bound(node) | _imports(node)}
        cut += [
            part
            for part in self.tree.body
            if isinstance(part, ast.Expr) and lost & _used(part) and part not in cut
        ]
        kept = [part for part in self.tree.body if part not in cut]
        if any(isinstance(part, ast.ClassDef) for part in cut) or any(lost & _used(part) for part in kept):
            return None
        lines = list(self.lines)
        for part in cut:
            lines[part.lineno - 1 : part.end_lineno] = [""] * (
                (part.end_lineno or part.lineno) - part.lineno + 1
            )
        return Source(self.name, "\n".join(lines) + "\n")


def _deceptions(part: ast.stmt) -> Iterator[tuple[int, str]]:
    """Lines and names of the constructs in a statement by which a file could deceive."""
    calls = [node for node in ast.walk(part) if isinstance(node, ast.Call)]
    printing = {id(call.func) for call in calls if _prints(call)}
    for node in ast.walk(part):
        if id(node) not in printing:
            yield from ((getattr(node, "lineno", 0), word) for word in _suspicious(node))


def _prints(call: ast.Call) -> bool:
    """Whether it writes to standard output or error by their numbers."""
    stream = call.args[0] if call.args else None
    return (
        ast.unparse(call.func) == "os.write" and isinstance(stream, ast.Constant) and stream.value in (1, 2)
    )


def _imports(node: ast.AST) -> set[str]:
    if not isinstance(node, ast.Import):
        return set()
    return {alias.asname or alias.name.split(".")[0] for alias in node.names}


def _used(part: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) and not node.orelse


def _bound(node: ast.AST) -> set[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return {node.name}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return set()


def _suspicious(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _imported(node)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield from _reached(node)
    elif isinstance(node, ast.FunctionDef) and node.name in PARTS:
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Call)):
        yield from _patching(node)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    roots = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        roots = [f"{node.module}.{alias.name}" for alias in node.names]
    for root in roots:
        if root.split(".")[0] in MODULES or PARTS & set(root.split(".")):
            yield f"import {root}"


def _reached(node: ast.Attribute) -> Iterator[str]:
    root = node.value.id if isinstance(node.value, ast.Name) else ""
    if node.attr in PARTS | {"sys"} or (root in {"sys", "os"} and node.attr not in HARMLESS[root]):
        yield ast.unparse(node)


def _patching(node: ast.Assign | ast.AugAssign | ast.Call) -> Iterator[str]:
    """An attribute of torch or of a class of it that is set anew."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "setattr" and node.args:
            yield from _torch(node.args[0])
        return
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Attribute):
            yield from _torch(target.value)


def _torch(node: ast.expr) -> Iterator[str]:
    name = ast.unparse(node)
    if name.split(".")[0] in {"torch", "nn", "F", "os", "sys", "Tensor"} and not name.startswith(
        "torch.backends"
    ):
        yield f"setting an attribute of {name}"
