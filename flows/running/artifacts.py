"""Artifacts: the account of a flow run that the Prefect UI shows.

Artifacts are kept below 100 kB, because the UI's lists load them whole. Where more rows exist, an
artifact names the query that shows all of them.
"""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from httpx import HTTPError
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

from flows.running.client_retries import retry_while_unreachable
from flows.running.markdown import Code, cell, table_of
from flows.service.state_files import running_service
from tasks.jobs.report import (
    OUTCOMES,
    DropExamples,
    NightReport,
    Visit,
    WatchedArticles,
    dropped_examples,
    summary_line,
)
from tasks.jobs.reprocess import ReprocessReport
from tasks.pipeline import Summary
from warehouse.layout import SERVICE

log = logging.getLogger("broadsheet.flow")

# 200 sources with notes of 160 characters make about 70 kB.
MOST_SOURCES = 200
_MOST_CHARACTERS = 160
_MOST_LINE = 600
_COUNTS = ("found", "new", "fetched", "loaded", "revised", "unchanged", "rejected", "failed")
# By default the UI draws cream bars on grey, half a screen high.
CHART = {
    "xyChart": {"height": 300},
    "themeVariables": {"xyChart": {"plotColorPalette": "#1d4ed8"}},
}


def create_ingest_artifacts(summary: Summary, inputs: Sequence[str] = ()) -> None:
    """Create two artifacts: the closing table, and a page on the inputs and on what was dropped.

    Args:
        inputs: what the closing table says of the inputs.
    """
    counts = sorted(summary.resolved.counts, key=lambda count: OUTCOMES.index(count.outcome))
    _create(
        lambda: create_table_artifact(
            key="ingest-outcomes",
            table=[
                {"outcome": c.outcome, "reason": c.reason or "", "documents": c.documents}
                for c in counts
            ],
            description=f"Documents by outcome: {summary_line(summary)}",
        ),
        lambda: create_markdown_artifact(
            key="ingest",
            markdown=_page(
                [f"# {summary_line(summary) or 'No documents'}"],
                _listed("Inputs", inputs),
                _dropped(dropped_examples(summary)),
                _locations(summary),
            ),
            description="The outcomes of the documents, and why some were dropped",
        ),
    )


def create_night_artifacts(summary: Summary, night: NightReport, report: Path | None = None) -> str:
    """Create two artifacts: a searchable table of the night's sources, and a page on the night.

    Args:
        report: the corpus report, which the page links to.

    Returns:
        The address of that page in the UI; "" if the server did not accept it.
    """
    created = _create(
        lambda: create_table_artifact(
            key="night-sources",
            table=[_as_row(visit) for visit in _selected(night.visits)],
            description=f"The night's sources: {night.line}",
        ),
        lambda: create_markdown_artifact(
            key="night",
            markdown=_page(
                [f"# The night of {night.night}", "", f"**{night.line}**"],
                _warnings(night.warnings),
                _watched(night.watched),
                _sources(night.visits),
                _dropped(night.dropped),
                _plot(night.history),
                _locations(summary, report),
            ),
            description=f"The night of {night.night}: {night.line}",
        ),
    )
    return _address(created[-1]) if created else ""


def create_reprocess_artifact(report: ReprocessReport, summary: Summary | None) -> None:
    """Create an artifact: the fields that the present extractor changes, with an example each."""
    head = (
        f"# {report.changed:,} of {report.documents:,} documents change"
        if summary
        else f"# {report.changed:,} of {report.documents:,} documents would change"
    )
    rows = [
        (c.field, f"{c.articles:,}", c.url or "", _shortened(c.before), _shortened(c.after))
        for c in report.changes
    ]
    table = table_of(("field", "articles", "for example", "before", "after"), rows, numbers={1})
    page = _page([head], table, _locations(summary) if summary else [])
    _create(
        lambda: create_markdown_artifact(
            key="reprocess",
            markdown=page,
            description="The changes that the present extractor makes",
        )
    )


def _create(*artifacts: Callable[[], object]) -> list[object]:
    """Create artifacts and return their ids; return [] if the server does not accept them.

    A server that does not answer must not fail the run. The tables hold the same facts.
    """
    try:
        return [retry_while_unreachable(create) for create in artifacts]
    except HTTPError as error:
        log.warning("the server did not accept the artifacts: %s", error)
        return []


def _address(artifact: object) -> str:
    """Return the address of an artifact's page in the newer of Prefect's two UIs.

    Prefect 3.8 has two UIs. The older one, at "/", shows the source of a plot instead of the plot.
    Unless PREFECT_UI_URL is set, Prefect derives it from the API's address; "/v2" is then added.
    """
    base = (PREFECT_UI_URL.value() or "").rstrip("/")
    if f"{base}/api" == PREFECT_API_URL.value():
        base += "/v2"
    return f"{base}/artifacts/artifact/{artifact}" if base else ""


def _page(*parts: Sequence[str]) -> str:
    return "\n\n".join("\n".join(part) for part in parts if part)


def _listed(heading: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [f"## {heading}", "", *(f"- {cell(_shortened(line, _MOST_LINE))}" for line in lines)]


def _warnings(warnings: Sequence[str]) -> list[str]:
    if not warnings:
        return []
    shown = [
        f"- {cell(_shortened(warning, _MOST_CHARACTERS))}" for warning in warnings[:MOST_SOURCES]
    ]
    if (more := len(warnings) - MOST_SOURCES) > 0:
        shown += ["", f"… and {more:,} more: `select * from nights`"]
    return ["## Warnings", "", *shown]


def _watched(watched: Sequence[WatchedArticles]) -> list[str]:
    if not watched:
        return []
    rows = [
        (one.watch, f"{one.articles:,}", "; ".join(_shortened(title) for title in one.titles))
        for one in watched[:MOST_SOURCES]
    ]
    table = table_of(("watch", "new articles", "such as"), rows, numbers={1})
    return ["## Watches", "", *table, "", "All of them: `select * from watch_hits`"]


def _sources(visits: Sequence[Visit]) -> list[str]:
    """Return the section with a row per source.

    It has only the columns for which the UI's page is wide enough; the artifact `night-sources`
    has all columns.
    """
    rows = [
        (_source_label(visit), *(f"{getattr(visit, name):,}" for name in _COUNTS), _newest(visit))
        for visit in _selected(visits)
    ]
    names = ("source", *_COUNTS, "newest")
    table = table_of(names, rows, numbers=set(range(1, len(_COUNTS) + 1)))
    if (more := len(visits) - MOST_SOURCES) > 0:
        table += ["", f"… and {more:,} more sources: `select * from nights`"]
    return ["## Sources", "", *table]


def _selected(visits: Sequence[Visit]) -> list[Visit]:
    """Return the visits that fit into an artifact; visits with a note are preferred."""
    if len(visits) <= MOST_SOURCES:
        return list(visits)
    return sorted(visits, key=lambda visit: not visit.note)[:MOST_SOURCES]


def _dropped(dropped: Sequence[DropExamples]) -> list[str]:
    if not dropped:
        return ["## Dropped", "", "Nothing was rejected and nothing failed."]
    rows = [(d.outcome, d.reason, f"{d.documents:,}", Code(d.example)) for d in dropped]
    return [
        "## Dropped, by its ten commonest reasons",
        "",
        *table_of(("outcome", "reason", "documents", "for example"), rows, numbers={2}),
    ]


def _plot(history: Sequence[tuple[date, int]]) -> list[str]:
    """Return the section with a Mermaid chart of the new articles of the last nights."""
    if len(history) < 2:
        return []
    nights = list(reversed(history))
    days = ", ".join(f'"{night:%d %b}"' for night, _ in nights)
    most = max(1, *(loaded for _, loaded in nights))
    return [
        "## New articles by night",
        "",
        "```mermaid",
        f"%%{{init: {json.dumps(CHART)}}}%%",
        "xychart-beta",
        f"    x-axis [{days}]",
        f'    y-axis "new articles" 0 --> {most}',
        f"    bar [{', '.join(str(loaded) for _, loaded in nights)}]",
        "```",
    ]


def _locations(summary: Summary, report: Path | None = None) -> list[str]:
    warehouse = summary.published.parent
    service = running_service(warehouse)
    served = f"[{service.report}]({service.report}), " if service and service.report else ""
    pages = [f"- the corpus report: {served}`{report}`"] if report else []
    merged = [f"- {summary.compaction}"] if summary.compaction else []
    return [
        "## Where it is",
        "",
        f"- tables: `{summary.published}`",
        f"- every document of this run: `select * from documents where run_id = "
        f"'{summary.run_id}'`",
        f"- logs: here under *Logs*; logs of the server and the runner in `{warehouse / SERVICE}`",
        *pages,
        *merged,
    ]


def _as_row(visit: Visit) -> dict[str, str | int]:
    counts = {name: getattr(visit, name) for name in (*_COUNTS, "known", "excluded", "reread")}
    note = _shortened(visit.note, _MOST_CHARACTERS)
    return {"source": visit.source, **counts, "newest": _newest(visit), "note": note}


def _source_label(visit: Visit) -> str:
    lists = "" if visit.discovery == "ok" else f" (lists: {visit.discovery})"
    return visit.source + lists


def _newest(visit: Visit) -> str:
    return f"{visit.newest_at:%Y-%m-%d %H:%M}" if visit.newest_at else ""


def _shortened(text: str | None, most: int = 80) -> str:
    if text is None:
        return "NULL"
    return text if len(text) <= most else f"{text[: most - 1]}…"
