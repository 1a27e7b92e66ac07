"""The command `doctor`: checks of the installation, the settings, the disk and the warehouse.

A check returns a line on what it found, or raises an error that says what is wrong and what to do.
Heavy modules are imported inside the checks, so that a broken one fails only its own check.
"""

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from config.errors import BroadsheetError, UsageError
from config.settings import Settings, load_settings
from config.wording import counted
from flows.actions.index_check import check_index, check_index_deep
from flows.actions.lake_check import check_bucket
from flows.terminal.screen import one_line, screen, styled

Check = Callable[[Settings], str]
_MOST_NAMED = 5  # stored keys that are named one by one


def print_checks(config: Path | None, warehouse: Path | None, *, deep: bool = False) -> int:
    """Print one line for each check, and return the exit status: 0 if all is well, else 1.

    Args:
        config: the settings file; None: ./broadsheet.toml.
        warehouse: the warehouse; None: that of the settings.
        deep: read all files of the warehouse completely, instead of their beginnings and ends.
    """
    console = screen(soft_wrap=True)
    try:
        settings = load_settings(config, warehouse=warehouse)
    except BroadsheetError as error:
        console.print(styled("red", "wrong", f"  settings: {one_line(str(error))}"))
        return 1
    faults = 0
    checks = CHECKS | (DEEP_CHECKS if deep else {})
    for name, check in checks.items():
        try:
            console.print(styled("green", "fine", f"   {name}: {one_line(check(settings))}"))
        except (BroadsheetError, OSError, ImportError, ValueError, RuntimeError) as error:
            faults += 1
            console.print(styled("red", "wrong", f"  {name}: {one_line(str(error))}"))
    return 1 if faults else 0


def _installation(settings: Settings) -> str:
    from importlib import import_module
    from importlib.metadata import version

    modules = ("duckdb", "fastwarc", "prefect", "pyarrow", "pyiceberg", "selectolax", "trafilatura")
    assert all(map(import_module, modules))
    return ", ".join(f"{module} {version(module)}" for module in modules)


def _execution(settings: Settings) -> str:
    from tasks.execution.backend import describe_backend

    return describe_backend(settings)


def _language_model(settings: Settings) -> str:
    from tasks.process.language import identify_language

    found = identify_language(
        "The harbour office opened the inner basin again on Tuesday morning. " * 3
    )
    if found[0] != "en":
        raise RuntimeError(f"an English text is taken for {found[0]!r}: install Broadsheet again.")
    return "the bundled model works"


def _settings(settings: Settings) -> str:
    return f"valid; warehouse is {settings.warehouse.absolute()}"


def _sources(settings: Settings) -> str:
    from config.sources import load_sources, sources_file

    path = sources_file(settings.sources)
    if not path.is_file():
        return "none yet; `broadsheet sources add URL` makes a list"
    sources = load_sources(path)
    contact = settings.fetch.contact or "nobody (set fetch.contact, so that publishers can write)"
    enabled = sum(source.enabled for source in sources)
    return f"{enabled:,} enabled of {len(sources):,} in {path}; the User-Agent names {contact}"


def _boilerplate(settings: Settings) -> str:
    from config.learning import OVERRIDES, load_overrides

    by_source = load_overrides(settings.warehouse)
    states = [state for overrides in by_source.values() for state in overrides.states.values()]
    kept, dropped = states.count("kept"), states.count("dropped")
    learning = "removed" if settings.learn.remove else "listed only (learn.remove)"
    return f"learned lines are {learning}; {OVERRIDES} keeps {kept:,} and drops {dropped:,}"


def _disk(settings: Settings) -> str:
    folder = _existing(settings.warehouse.absolute())
    if not os.access(folder, os.W_OK):
        raise RuntimeError(
            f"{folder} cannot be written to: change its owner, or name another folder."
        )
    free = shutil.disk_usage(folder).free
    if free < settings.publish.free_bytes:
        raise RuntimeError(f"only {free / 1e9:.1f} GB are free at {folder}: make room.")
    return f"{free / 1e9:,.1f} GB free at {folder}"


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _warehouse(settings: Settings) -> str:
    from warehouse.format_file import format_number
    from warehouse.layout import LAKE
    from warehouse.opening import require_openable, require_repaired

    require_openable(settings.warehouse)
    require_repaired(settings.warehouse)
    if not (settings.warehouse / LAKE).is_dir():
        return "none yet; the first run makes it"
    return f"format {format_number(settings.warehouse)}, and its catalog names all tables"


def _tables(settings: Settings, *, deep: bool = False) -> str:
    from tasks.load.compaction import small_files
    from warehouse.condition import inspect_lake
    from warehouse.opening import require_in_place

    require_in_place(settings.warehouse)
    faults: list[str] = []
    files = rows = small = 0
    for state in inspect_lake(settings.warehouse, deep=deep):
        faults += [str(fault) for fault in state.faults]
        faults += [f"{file.path} {file.fault}" for file in state.files if file.fault]
        if not state.is_whole and not state.faults:
            faults.append(f"the catalog does not name the newest state of {state.table.name}")
        files += len(state.files)
        rows += sum(file.rows or 0 for file in state.files)
        small += 0 if faults else small_files(state, settings)
    if faults:
        more = f", and {len(faults) - 1:,} more" if len(faults) > 1 else ""
        raise RuntimeError(f"{faults[0]}{more}: `broadsheet repair --dry-run` says what is lost.")
    merging = f"; {small:,} of them are small, and `broadsheet compact` merges them" * bool(small)
    return f"{counted(files, 'Parquet file')} of {counted(rows, 'row')} are whole{merging}"


def _published(settings: Settings) -> str:
    from warehouse.layout import LAKE, PUBLISHED
    from warehouse.publish import PROBES
    from warehouse.query import opened, rows

    if not (settings.warehouse / PUBLISHED).is_file():
        if any((settings.warehouse / LAKE).glob("runs/data/*.parquet")):
            raise RuntimeError(f"{PUBLISHED} is missing: `broadsheet repair` publishes it again.")
        return "nothing published yet; run `broadsheet ingest PATH`"
    try:
        with opened(settings.warehouse) as connection:
            for probe in PROBES:
                rows(connection, probe)
            _, found = rows(
                connection,
                "select (select count(*) from articles), (select count(*) from runs), "
                "(select max(finished_at) from runs)",
            )
    except UsageError as error:
        first = str(error).splitlines()[0]
        raise RuntimeError(f"{first} `broadsheet repair` makes it whole again.") from error
    articles, runs, last = found[0]
    finished = f"finished {last:%Y-%m-%d %H:%M} UTC" if last else "at an unknown time"
    return f"{counted(articles, 'article')} from {counted(runs, 'run')}, the last {finished}"


def _losses(settings: Settings) -> str:
    from warehouse.layout import PUBLISHED
    from warehouse.query import opened, rows

    if not (settings.warehouse / PUBLISHED).is_file():
        return "nothing published yet"
    query = (
        'select "table", sum(rows - healed)::bigint as lost from repairs '
        'group by "table" having lost > 0 order by "table"'
    )
    try:
        with opened(settings.warehouse) as connection:
            _, found = rows(connection, query)
    except UsageError:  # the check of the published file reports it
        return "unknown, for the published file cannot be read"
    if not found:
        return "repairs have lost nothing"
    lost = ", ".join(f"{counted(count, 'row')} of {table}" for table, count in found)
    return (
        f"{lost} are lost; the table `repairs` has details, and `broadsheet repair` restores what "
        "it can once inputs are back"
    )


def _stories(settings: Settings) -> str:
    from tasks.stories.shingles import METHOD
    from warehouse.layout import PUBLISHED
    from warehouse.query import opened, rows

    if not (settings.warehouse / PUBLISHED).is_file():
        return "nothing published yet"
    query = (
        "select (select count(*) from article_versions), "
        f"(select count(*) from fingerprints where method = '{METHOD}')"
    )
    try:
        with opened(settings.warehouse) as connection:
            _, [(versions, known)] = rows(connection, query)
    except UsageError:  # an older Broadsheet has published the file
        return (
            "the next run adds the tables of stories; `broadsheet reprocess --stories` fills them"
        )
    if versions > known:
        return (
            f"{versions - known:,} of {versions:,} versions have no fingerprints of the present "
            "method: `broadsheet reprocess --stories` finds their copies"
        )
    return f"all {versions:,} versions have fingerprints"


def _keys(settings: Settings, *, deep: bool = False) -> str:
    from tasks.keys.search import DEEP, GLANCE, find_keys

    found = find_keys(settings, DEEP if deep else GLANCE)
    if found.findings:
        named = "; ".join(map(str, found.findings[:_MOST_NAMED]))
        rest = len(found.findings) - _MOST_NAMED
        more = f"; and {rest:,} more" if rest > 0 else ""
        raise RuntimeError(
            f"{named}{more}: `broadsheet forget-keys` removes them; with --dry-run it names all."
        )
    if found.unread:
        return (
            f"none in the tables; {found.unread:,} WARC files of an earlier version were not "
            "looked into, which `broadsheet forget-keys` does"
        )
    return "no key of a source is stored"


def _unfinished(settings: Settings) -> str:
    from tasks.runs.run import unfinished_runs
    from tasks.runs.unfinished import unfinished
    from warehouse.layout import FETCH_LOCK, LOCK
    from warehouse.lock import lock_holder

    if not settings.warehouse.is_dir():
        return "no warehouse yet"
    for name, activity in ((LOCK, "written"), (FETCH_LOCK, "fetched into")):
        if holder := lock_holder(settings.warehouse, name):
            return f"being {activity} now by {holder}"
    for state in unfinished(settings.warehouse):
        if state.is_taken_back:
            fault = state.fault or f"its file {state.lost_file} is missing or damaged"
            raise RuntimeError(
                f"run {state.run.run_id} cannot be resumed ({fault}): run `broadsheet repair`."
            )
    waiting = [run.run_id for run in unfinished_runs(settings.warehouse)]
    if waiting:
        raise RuntimeError(
            f"run {waiting[0]} is unfinished: repeat its command to resume it; another ingest "
            "completes or drops it."
        )
    return "no unfinished run"


CHECKS: dict[str, Check] = {
    "Python": lambda _: sys.version.split()[0],
    "installation": _installation,
    "execution": _execution,
    "language model": _language_model,
    "settings": _settings,
    "sources": _sources,
    "boilerplate": _boilerplate,
    "disk": _disk,
    "warehouse": _warehouse,
    "tables": _tables,
    "published file": _published,
    "losses": _losses,
    "stories": _stories,
    "search index": check_index,
    "stored keys": _keys,
    "runs": _unfinished,
    "lake in a bucket": check_bucket,
}
DEEP_CHECKS: dict[str, Check] = {
    "tables": partial(_tables, deep=True),
    "stored keys": partial(_keys, deep=True),
    "search index": check_index_deep,
}
