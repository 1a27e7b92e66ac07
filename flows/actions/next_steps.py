"""`broadsheet` without a command: what a person does next, given the state of the warehouse."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from config.errors import UsageError
from config.settings import Settings
from config.sources import load_sources, sources_file
from config.version import code_version
from flows.service.state_files import running_service
from flows.terminal.screen import one_line, screen, styled
from warehouse.format_file import moved_from
from warehouse.layout import LAKE, PUBLISHED, REPORT, RUNS_FOLDER
from warehouse.opening import unfinished_repair
from warehouse.restoring import is_half_restored

console = screen(soft_wrap=True)

Step = tuple[str, str]  # a command, and what it does


def next_steps_command(settings: Settings) -> None:
    """Print the state of the warehouse in a sentence, and a few commands that fit it."""
    warehouse = settings.warehouse.absolute()
    sentence, steps = _state(settings, warehouse)
    console.print(styled("bold", f"Broadsheet {code_version()}."), one_line(sentence))
    console.print("\nNext:")
    steps = [*steps, ("broadsheet --help", "lists all commands")]
    width = max(len(command) for command, _ in steps)
    for command, words in steps:
        console.print(one_line(f"  {command.ljust(width)}   {words}"))


def _state(settings: Settings, warehouse: Path) -> tuple[str, list[Step]]:
    """Return a sentence about the warehouse, and the steps that fit it, the most urgent first."""
    if is_half_restored(warehouse):
        return (
            f"A restore into {warehouse} was interrupted.",
            [(f"broadsheet restore DIR --warehouse {warehouse}", "completes it")],
        )
    if unfinished_repair(warehouse) is not None:
        return (
            f"A repair of {warehouse} was interrupted.",
            [("broadsheet repair", "continues it; until then other commands refuse")],
        )
    if place := moved_from(warehouse):
        return (
            f"The warehouse {warehouse} was moved here from {place}.",
            [("broadsheet relocate", "repairs its paths, as the next run does by itself")],
        )
    published = warehouse / PUBLISHED
    if not published.is_file():
        if (warehouse / LAKE).is_dir() and not _unfinished(warehouse):
            return (
                f"{warehouse} has tables, and nothing is published.",
                [("broadsheet doctor", "says what is wrong"), ("broadsheet repair", "publishes")],
            )
        return _without_articles(settings, warehouse)
    when = datetime.fromtimestamp(published.stat().st_mtime).astimezone()
    sentence = f"{warehouse} was last published on {when:%-d %B %Y at %H:%M}."
    return sentence, [*_after_a_kill(warehouse), *_with_articles(settings, warehouse)]


def _without_articles(settings: Settings, warehouse: Path) -> tuple[str, list[Step]]:
    sentence = f"There is no warehouse at {warehouse} yet."
    steps = list(_after_a_kill(warehouse))
    if count := _source_count(settings):
        sources = "1 source" if count == 1 else f"{count:,} sources"
        sentence += f" The list of sources has {sources}."
        steps.append(("broadsheet nightly", "fetches what they published, and loads it"))
    else:
        steps.append(("broadsheet demo", "shows two nights of invented publishers, in a minute"))
        steps.append(("broadsheet sources add URL", "begins a list of publishers by a homepage"))
    steps.append(("broadsheet ingest PATH", "loads archives, saved pages or tables"))
    return sentence, steps


def _with_articles(settings: Settings, warehouse: Path) -> Iterator[Step]:
    report = warehouse / REPORT / "index.html"
    if report.is_file():
        yield f"open {report}", "the report: what is there, and what is missing"
    yield "broadsheet report", "makes the report" + (" anew" if report.is_file() else " of it")
    yield 'broadsheet sql "from latest_articles"', "asks the tables; docs/cookbook.md has queries"
    if service := running_service(warehouse):
        yield f"open {service.address}", "the UI of the service, which is up"
    elif _source_count(settings):
        yield "broadsheet nightly", "fetches the sources now"
        yield "broadsheet up", "starts the service: a night every night, and a UI"
    else:
        yield "broadsheet sources add URL", "begins a list of publishers, for nights"


def _after_a_kill(warehouse: Path) -> Iterator[Step]:
    if count := _unfinished(warehouse):
        runs = "a run is" if count == 1 else f"{count:,} runs are"
        yield "(the command you ran last)", f"{runs} unfinished, and the same command resumes it"


def _unfinished(warehouse: Path) -> int:
    return sum(1 for _ in (warehouse / RUNS_FOLDER).glob("*/run.json"))


def _source_count(settings: Settings) -> int:
    path = sources_file(settings.sources)
    try:
        return sum(one.enabled for one in load_sources(path)) if path.is_file() else 0
    except UsageError:
        return 0  # `sources check` and `nightly` say what is wrong with the list
