"""Collection of the regular expressions below tasks/, and of the way each is applied."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tasks").rglob("*.py"))
ANCHORED = {"match", "fullmatch"}
FUNCTIONS = {
    "compile",
    "search",
    "match",
    "fullmatch",
    "sub",
    "subn",
    "split",
    "findall",
    "finditer",
}


@dataclass(frozen=True, slots=True)
class Used:
    """A regular expression and its place in the code.

    Attributes:
        where: module and name, or module and line if it is written within a function.
        how: "match" or "fullmatch" if it is only ever applied in that way, else "search".
    """

    where: str
    pattern: re.Pattern[Any]
    how: str


def patterns() -> list[Used]:
    """Return every regular expression once, from modules and from within functions."""
    found = {(used.pattern.pattern, used.pattern.flags, used.how): used for used in _all()}
    return list(found.values())


def _all() -> Iterator[Used]:
    for file in FILES:
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        module = importlib.import_module(name)
        yield from _of_module(module)
        yield from _inline(file, name)


def _of_module(module: ModuleType) -> Iterator[Used]:
    for name, value in vars(module).items():
        for pattern in _within(value):
            yield Used(f"{module.__name__}.{name}", pattern, _how(module.__name__, name))


def _within(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 4:
        for one in (*value.keys(), *value.values()):
            yield from _within(one, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth < 4:
        for one in value:
            yield from _within(one, depth + 1)
    elif hasattr(value, "__dataclass_fields__") and depth < 4:
        for field in value.__dataclass_fields__:
            yield from _within(getattr(value, field, None), depth + 1)


def _how(module: str, name: str) -> str:
    """Return how a pattern is applied; "search" if that cannot be seen.

    The uses of a private name are looked for in its own module, those of others in all code.
    """
    methods, others = _uses(module if name.startswith("_") else None).get(name, (set(), 0))
    if others or not methods or not methods <= ANCHORED:
        return "search"
    return "match" if "match" in methods else "fullmatch"


@cache
def _uses(module: str | None) -> dict[str, tuple[set[str], int]]:
    """Return for each name the methods that are called of it, and how often it stands otherwise."""
    methods: dict[str, set[str]] = {}
    names: Counter[str] = Counter()
    for file in FILES if module is None else [_file_of(module)]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                names[node.id] += 1
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                methods.setdefault(node.value.id, set()).add(node.attr)
                names[node.value.id] -= 1
    return {name: (found, names[name]) for name, found in methods.items()}


def _file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _inline(file: Path, module: str) -> Iterator[Used]:
    """Yield the expressions that are written where they are used, if they are constants."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        called = node.func
        if not isinstance(called.value, ast.Name) or called.value.id != "re":
            continue
        if called.attr in FUNCTIONS - {"compile"} and node.args:
            with_flags = node.args[0]
            if isinstance(with_flags, ast.Constant) and isinstance(with_flags.value, str | bytes):
                how = called.attr if called.attr in ANCHORED else "search"
                pattern = re.compile(with_flags.value, _flags(node))
                yield Used(f"{module}:{node.lineno}", pattern, how)


def _flags(node: ast.Call) -> int:
    written = " ".join(ast.unparse(one) for one in [*node.args[1:], *node.keywords])
    return sum(getattr(re, name) for name in set(re.findall(r"\bre\.([A-Z]+)\b", written)))
