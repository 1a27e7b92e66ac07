"""What a flow run leaves to be looked at in the Prefect UI: its story, as artifacts.

An artifact is kept below 100 kB, for the UI's lists load it whole; what is longer is a query.
"""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import date

from httpx import HTTPError
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

from flows.running.markdown import Code, cell, table_of
from flows.running.patience import patiently
from tasks.account import OUTCOMES, Dropped, Night, Visit, account_of_dropped, one_line
from tasks.pipeline import Summary
from tasks.reprocess import Report
from warehouse.layout import SERVICE

log = logging.getLogger("broadsheet.flow")

# 200 sources with notes of 160 characters are some 70 kB.
MOST_SOURCES = 200
MOST_CHARACTERS = 160
COUNTS = ("found", "new", "fetched", "loaded", "revised", "unchanged", "rejected", "failed")
# The UI draws bars in cream on grey, and as high as half a screen, unless it is told otherwise.
CHART = {
    "xyChart": {"height": 300},
    "themeVariables": {"xyChart": {"plotColorPalette": "#1d4ed8"}},
}


def tell_ingest(summary: Summary) -> None:
    """Two artifacts: the closing table; and why documents were dropped, and where all is."""
    counts = sorted(summary.resolved.counts, key=lambda count: OUTCOMES.index(count.outcome))
    _keep(
        lambda: create_table_artifact(
            key="ingest-outcomes",
            table=[
                {"outcome": c.outcome, "reason": c.reason or "", "documents": c.documents}
                for c in counts
            ],
            description=f"Documents by outcome: {one_line(summary)}",
        ),
        lambda: create_markdown_artifact(
            key="ingest",
            markdown=_page(
                [f"# {one_line(summary) or 'No documents'}"],
                _dropped(account_of_dropped(summary)),
                _where(summary),
            ),
            description="What came of the documents, and why some were dropped",
        ),
    )


def tell_night(summary: Summary, night: Night) -> str:
    """Makes two artifacts: the night's table to search in; and its story.

    Returns:
        The address of the page that shows the story; empty where the server did not take it.
    """
    kept = _keep(
        lambda: create_table_artifact(
            key="night-sources",
            table=[_as_row(visit) for visit in _shown(night.visits)],
            description=f"The night's sources: {night.line}",
        ),
        lambda: create_markdown_artifact(
            key="night",
            markdown=_page(
                [f"# The night of {night.night}", "", f"**{night.line}**"],
                _warnings(night.warnings),
                _sources(night.visits),
                _dropped(night.dropped),
                _plot(night.history),
                _where(summary),
            ),
            description=f"The night of {night.night}: {night.line}",
        ),
    )
    return _address(kept[-1]) if kept else ""


def tell_reprocess(report: Report, summary: Summary | None) -> None:
    """An artifact: the fields that the present extractor changes, with an example of each."""
    head = (
        f"# {report.changed:,} of {report.documents:,} documents change"
        if summary
        else f"# {report.changed:,} of {report.documents:,} documents would change"
    )
    rows = [
        (c.field, f"{c.articles:,}", c.url or "", _short(c.before), _short(c.after))
        for c in report.changes
    ]
    table = table_of(("field", "articles", "for example", "before", "after"), rows, numbers={1})
    page = _page([head], table, _where(summary) if summary else [])
    _keep(
        lambda: create_markdown_artifact(
            key="reprocess", markdown=page, description="What the present extractor changes"
        )
    )


def _keep(*artifacts: Callable[[], object]) -> list[object]:
    """Makes artifacts and returns their ids.

    A server that does not answer costs the story, not the run: all is in the tables, too.
    """
    try:
        return [patiently(create) for create in artifacts]
    except HTTPError as error:
        log.warning("the server did not take the story: %s", error)
        return []


def _address(artifact: object) -> str:
    """Returns the address of an artifact's page in the UI that draws its plots.

    Prefect 3.8 has two UIs: the older one, at "/", shows the source of a plot.
    Prefect derives PREFECT_UI_URL from the API's address where nobody has set it.
    """
    base = (PREFECT_UI_URL.value() or "").rstrip("/")
    if f"{base}/api" == PREFECT_API_URL.value():
        base += "/v2"
    return f"{base}/artifacts/artifact/{artifact}" if base else ""


def _page(*parts: Sequence[str]) -> str:
    return "\n\n".join("\n".join(part) for part in parts if part)


def _warnings(warnings: Sequence[str]) -> list[str]:
    if not warnings:
        return []
    shown = [f"- {cell(_short(warning, MOST_CHARACTERS))}" for warning in warnings[:MOST_SOURCES]]
    if (more := len(warnings) - MOST_SOURCES) > 0:
        shown += ["", f"… and {more:,} more: `select * from nights`"]
    return ["## Warnings", "", *shown]


def _sources(visits: Sequence[Visit]) -> list[str]:
    """As wide as the UI's column for it; all columns are in the other artifact."""
    rows = [
        (_name(visit), *(f"{getattr(visit, name):,}" for name in COUNTS), _newest(visit))
        for visit in _shown(visits)
    ]
    names = ("source", *COUNTS, "newest")
    table = table_of(names, rows, numbers=set(range(1, len(COUNTS) + 1)))
    if (more := len(visits) - MOST_SOURCES) > 0:
        table += ["", f"… and {more:,} more sources: `select * from nights`"]
    return ["## Sources", "", *table]


def _shown(visits: Sequence[Visit]) -> list[Visit]:
    """Return the visits that fit into an artifact: if not all do, those with a note first."""
    if len(visits) <= MOST_SOURCES:
        return list(visits)
    return sorted(visits, key=lambda visit: not visit.note)[:MOST_SOURCES]


def _dropped(dropped: Sequence[Dropped]) -> list[str]:
    if not dropped:
        return ["## Dropped", "", "Nothing was rejected and nothing failed."]
    rows = [(d.outcome, d.reason, f"{d.documents:,}", Code(d.example)) for d in dropped]
    return [
        "## Dropped, by its ten commonest reasons",
        "",
        *table_of(("outcome", "reason", "documents", "for example"), rows, numbers={2}),
    ]


def _plot(history: Sequence[tuple[date, int]]) -> list[str]:
    """New articles of the last nights, as a chart that the UI draws."""
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


def _where(summary: Summary) -> list[str]:
    warehouse = summary.published.parent
    return [
        "## Where it is",
        "",
        f"- tables: `{summary.published}`",
        f"- every document of this run: `select * from documents where run_id = "
        f"'{summary.run_id}'`",
        f"- logs: here under *Logs*; of the server and the runner in `{warehouse / SERVICE}`",
    ]


def _as_row(visit: Visit) -> dict[str, str | int]:
    counts = {name: getattr(visit, name) for name in (*COUNTS, "known", "excluded", "reread")}
    note = _short(visit.note, MOST_CHARACTERS)
    return {"source": visit.source, **counts, "newest": _newest(visit), "note": note}


def _name(visit: Visit) -> str:
    lists = "" if visit.discovery == "ok" else f" (lists: {visit.discovery})"
    return visit.source + lists


def _newest(visit: Visit) -> str:
    return f"{visit.newest_at:%Y-%m-%d %H:%M}" if visit.newest_at else ""


def _short(text: str | None, most: int = 80) -> str:
    if text is None:
        return "NULL"
    return text if len(text) <= most else f"{text[: most - 1]}…"
