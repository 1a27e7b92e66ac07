"""The rules of the house, checked on the syntax trees: imports, sizes, names."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("config", "warehouse", "tasks", "flows")
FILES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
MOST_FILE_LINES = 300
MOST_FUNCTION_LINES = 60
MOST_PARAMETERS = 5
MOST_NESTING = 3
# Their parameters are their interface.
COMMANDS = {
    ROOT / "flows" / f"{name}.py"
    for name in ("cli", "cli_nights", "cli_service", "ingest", "nightly", "backfill", "reprocess")
}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def depth(node: ast.AST, level: int = 0) -> int:
    """How many blocks lie within each other below `node`; elif and else-if do not count anew."""
    deepest = level
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if isinstance(child, ast.AST):
                is_elif = (
                    name == "orelse" and isinstance(node, ast.If) and isinstance(child, ast.If)
                )
                step = int(isinstance(child, BLOCKS) and not is_elif)
                deepest = max(deepest, depth(child, level + step))
    return deepest


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_its_own_layer_and_those_below(path: Path) -> None:
    layer = LAYERS.index(path.relative_to(ROOT).parts[0])
    above = [name for name in imported(path) if name.split(".")[0] in LAYERS[layer + 1 :]]
    assert not above, f"{path} imports upwards: {above}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_flows_know_prefect(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] != "flows":
        assert not [name for name in imported(path) if name.split(".")[0] == "prefect"]


def test_processing_knows_no_network_database_or_warehouse() -> None:
    forbidden = {
        "duckdb",
        "pyiceberg",
        "socket",
        "requests",
        "aiohttp",
        "urllib.request",
        "warehouse",
    }
    for path in (ROOT / "tasks" / "process").rglob("*.py"):
        found = {
            name for name in imported(path) if name in forbidden or name.split(".")[0] in forbidden
        }
        assert not found, f"{path} imports {found}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_keep_to_the_sizes(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= MOST_FILE_LINES, f"{path} has {lines} lines"
    for function in functions(path):
        where = f"{path}:{function.lineno} {function.name}"
        assert (function.end_lineno or 0) - function.lineno < MOST_FUNCTION_LINES, where
        assert depth(function) <= MOST_NESTING, f"{where} nests too deep"
        if path not in COMMANDS:
            arguments = function.args
            names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            named = [name for name in names if name.arg not in {"self", "cls"}]
            assert len(named) <= MOST_PARAMETERS, f"{where} has {len(named)} parameters"


def test_no_module_has_a_vague_name() -> None:
    assert not [path for path in FILES if path.stem in VAGUE_NAMES]


def test_our_package_names_are_nobody_elses() -> None:
    owners = packages_distributions()
    for layer in LAYERS:
        assert set(owners.get(layer, ["broadsheet"])) == {"broadsheet"}
        assert layer not in sys.stdlib_module_names


def test_every_statement_says_its_grain_in_its_first_lines() -> None:
    for path in (ROOT / "warehouse" / "sql").glob("*.sql"):
        head = path.read_text("utf-8").splitlines()[:6]
        assert any("Grain:" in line for line in head), path
