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
    *(ROOT / "flows" / "commands").glob("*.py"),
    *(ROOT / "flows" / f"{name}.py" for name in ("ingest", "nightly", "backfill", "reprocess")),
}
# The folders and modules of tasks/; each imports only from itself and from those before it.
TASKS = (
    "reasons",
    "web",
    "records",
    "read",
    "runs",
    "boilerplate",
    "stories",
    "process",
    "raw",
    "fetch",
    "discover",
    "execution",
    "revisions",
    "search",
    "words",
    "pictures",
    "load",
    "snapshots",
    "takedown",
    "pipeline",
    "jobs",
    "keep",
    "keys",
    "repair",
    "explain",
    "codings",
    "report",
)
LOOSE_MODULES = {"records", "pipeline", "reasons"}
# Public names that more than one module may define, and why.
SHARED_NAMES = {
    "T": "a type variable",
    "app": "a Typer application: the command line, and its groups `sources` and `codings`",
    "console": "the terminal that an action prints to",
    "log": "a module's logger",
    "notes": "standard error, to which an action prints what is no answer",
    "main": "what `python -m` calls",
    "run_as_flow": "the command line calls a flow by it",
    "sample": "a command, and the hashes that stand for a text",
    **dict.fromkeys(
        (
            *("ingest", "nightly", "backfill", "reprocess", "fetch", "repair"),
            *("forget_keys", "explain", "compact", "relocate", "restore", "takedown", "trend"),
            "prune",
            "archive_raw",
        ),
        "a job, the flow that runs it, and the command that starts it have one name",
    ),
}
FEWEST_LINES = 30
# A docstring that begins so speaks of something that it has not named.
RIDDLES = {"What", "Of", "Those", "As", "Where", "Such", "Who"}
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


def public_names(path: Path) -> Iterator[str]:
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        else:
            names = []
        yield from (name for name in names if not name.startswith("_"))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(path: Path) -> set[str]:
    """Modules of ours that a module imports, also within functions."""
    modules = {module_of(other) for other in FILES}
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            found |= names & modules
    return found - {module_of(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_folder_of_tasks_imports_only_from_those_before_it(path: Path) -> None:
    parts = module_of(path).split(".")
    if parts[0] != "tasks" or len(parts) == 1:
        return
    before = TASKS[: TASKS.index(parts[1]) + 1]
    used = {name.split(".")[1] for name in imported_modules(path) if name.startswith("tasks.")}
    assert used <= set(before), f"{path} imports {used - set(before)}, which come after it"


def test_tasks_has_no_other_loose_modules() -> None:
    loose = {path.stem for path in (ROOT / "tasks").glob("*.py")} - {"__init__"}
    assert loose == LOOSE_MODULES
    folders = {path.name for path in (ROOT / "tasks").iterdir() if (path / "__init__.py").is_file()}
    assert loose | folders == set(TASKS)


def test_no_two_modules_define_the_same_public_name() -> None:
    homes: dict[str, list[str]] = {}
    for path in FILES:
        for name in set(public_names(path)) - set(SHARED_NAMES):
            homes.setdefault(name, []).append(module_of(path))
    shared = {name: modules for name, modules in homes.items() if len(modules) > 1}
    assert not shared


def test_every_shared_name_is_still_shared() -> None:
    names = [name for path in FILES for name in set(public_names(path))]
    assert not [name for name in SHARED_NAMES if names.count(name) < 2]


def test_a_tiny_module_has_several_users_or_says_what_it_isolates() -> None:
    users: dict[str, set[Path]] = {}
    for path in FILES:
        for name in imported_modules(path):
            users.setdefault(name, set()).add(path)
    for path in FILES:
        is_tiny = path.read_text("utf-8").count("\n") < FEWEST_LINES and path.stem != "__init__"
        if is_tiny and len(users.get(module_of(path), ())) < 2 and path.parent.name != "commands":
            assert "isolate" in (ast.get_docstring(tree(path)) or ""), path


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


def docstrings(path: Path) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield node, text


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_docstring_begins_like_a_riddle(path: Path) -> None:
    begins = {text.split()[0].strip("`:,"): text.splitlines()[0] for _, text in docstrings(path)}
    assert not [line for word, line in begins.items() if word in RIDDLES]


def test_no_module_has_a_vague_name() -> None:
    assert not [path for path in FILES if path.stem in VAGUE_NAMES]


def test_our_package_names_are_nobody_elses() -> None:
    owners = packages_distributions()
    for layer in LAYERS:
        assert set(owners.get(layer, ["broadsheet"])) == {"broadsheet"}
        assert layer not in sys.stdlib_module_names


def test_every_statement_says_its_grain_in_its_first_lines() -> None:
    for path in (ROOT / "warehouse" / "sql").rglob("*.sql"):
        head = path.read_text("utf-8").splitlines()[:6]
        assert any("Grain:" in line for line in head), path
