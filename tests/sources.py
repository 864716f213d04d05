"""Source files as the house tests see them: read with ``ast``, never imported or run."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
OWN = ("classifiers", "demo", "monitor")  # the packages of this repository
UNREADABLE = "?"  # an import whose name is computed


class Import(NamedTuple):
    name: str  # absolute and dotted; "a.b" for both ``import a.b`` and ``from a import b``
    line: int
    local: bool  # inside a function


class Use(NamedTuple):
    name: str  # dotted, aliases resolved: "datetime.datetime.now"
    line: int


@dataclass(frozen=True)
class Source:
    """One Python file: ``path`` is relative to the tree, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """Line number and text of every comment."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]

    @cached_property
    def imports(self) -> list[Import]:
        """Every import wherever it stands, ``importlib.import_module`` included."""
        inside = {id(node) for function in self.functions for node in ast.walk(function)}
        found = [
            Import(name, node.lineno, id(node) in inside)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name, _ in self._names(node)
        ]
        return found + [
            Import(_text(node), node.lineno, id(node) in inside)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call)
            and self._dotted(node.func) in {"importlib.import_module", "builtins.__import__"}
        ]

    @cached_property
    def uses(self) -> list[Use]:
        """Every dotted name and builtin the file mentions, whether it calls it or hands it on."""
        return [
            Use(name, node.lineno)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load)
            if (name := self._dotted(node))
        ]

    @cached_property
    def _aliases(self) -> dict[str, str]:
        """What a bare name stands for; scopes are not told apart."""
        names = {"print": "builtins.print", "open": "builtins.open", "__import__": "builtins.__import__"}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, alias in self._names(node):
                    top, dot, _ = alias.partition(".")  # "import a.b" binds a
                    names[top] = top if dot else name
        return names

    def _names(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
        """The absolute name and the local alias of everything the statement brings in."""
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.asname or alias.name) for alias in node.names)
            return
        home = node.module or ""
        if node.level:
            package = self.path.removesuffix(".py").split("/")[: -node.level]
            home = ".".join([*package, *home.split(".")] if home else package)
        yield from ((f"{home}.{alias.name}", alias.asname or alias.name) for alias in node.names)

    def _dotted(self, node: ast.expr) -> str:
        """``dt.now`` as "datetime.datetime.now"; "" for what is no chain of names from an import or builtin."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._aliases:
            return ""
        return ".".join([self._aliases[node.id], *reversed(parts)])


def _text(call: ast.Call) -> str:
    match call.args:
        case [ast.Constant(value=str(name)), *_]:
            return name
    return UNREADABLE


def read(root: Path, *folders: str) -> list[Source]:
    """Every Python file under these folders of the tree, in order."""
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    return [Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def begins(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def own_imports(sources: list[Source]) -> Iterator[tuple[Source, str, int]]:
    """Every import of one own file by another: who, the file imported, the line."""
    paths = {source.module: source.path for source in sources}
    for source in sources:
        for name, line, _ in source.imports:
            while name and name not in paths:
                name = name.rpartition(".")[0]
            if name:
                yield source, paths[name], line


def entered(importer: str, imported: str) -> set[str]:
    """The ``__init__`` files that run when ``importer`` from outside their package reaches into it."""
    packages = {f"{folder}/" for folder in map(str, PurePosixPath(imported).parents) if folder != "."}
    return {f"{package}__init__.py" for package in packages if not importer.startswith(package)}
