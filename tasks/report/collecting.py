"""Sections on the collection: what is there, what is missing, sources, dropped documents."""

from typing import Any

from config.wording import counted
from tasks.reasons import Reason
from tasks.report.answers import Asker, QueryAnswer
from tasks.report.charts import Series, over_time, timelines
from tasks.report.drawing import draw
from tasks.report.parts import (
    Cell,
    Figure,
    Key,
    ReportSection,
    ReportTable,
    address_shown,
    linked,
    number,
    percent,
)
from tasks.report.rankings import ranked

_GAPS = {
    "failed": ("Source-days on which a source's lists could not be read", "nights"),
    "not_visited": ("Source-days without a visit, since a source's first night", "nights"),
    "possible_loss": ("Source-days on which a feed may have lost items", "nights"),
    "silent": ("Sources silent for longer than ever before", "silent_sources"),
    "not_arrived": ("Pages that did not arrive, or could not be read", "fetches"),
    "refused": ("Addresses that must not be requested (robots.txt, reservations)", "fetches"),
    "postponed": ("Addresses that had to wait for another night", "fetches"),
    "undated": ("Articles whose page states no date", "articles"),
    "not_full": ("Articles with a part of their text only (cut or paywalled)", "articles"),
    "damaged": ("Rows that were lost by damage, and did not come back", "repairs"),
}
STATES = (
    Series("collected", Key("c1", "collected")),
    Series("quiet", Key("c2", "visited, nothing new")),
    Series("possible_loss", Key("c3", "possible loss")),
    Series("failed", Key("c4", "failed")),
    Series("not_visited", Key("c5", "not visited")),
)
_PAGES = (
    Series("loaded", Key("c1", "new")),
    Series("revised", Key("c6", "revised")),
    Series("unchanged", Key("c2", "unchanged")),
    Series("rejected", Key("c5", "no article")),
    Series("failed", Key("c4", "failed")),
)
_DROPPED = (
    Series("rejected", Key("c5", "rejected: no article, or unusable")),
    Series("failed", Key("c4", "failed")),
)
_MOST_SOURCES = 25
_MOST_REASONS = 15


def missing(ask: Asker) -> ReportSection:
    """Return the section that says what is missing, and why."""
    answer = ask("corpus_missing")
    rows = sorted((row for row in answer if row["cases"]), key=lambda row: -row["cases"])
    lead = (
        "An absent article is not always silence. These are the gaps that the tables know of; "
        "each is counted where it happened."
    )
    if not rows:
        return ReportSection("missing", "What is missing", lead, empty="No gap is known.")
    cells = [
        (
            Cell(_GAPS[row["gap"]][0]),
            number(row["cases"]),
            number(row["sources"] or None),
            Cell(_GAPS[row["gap"]][1]),
        )
        for row in rows
    ]
    heads = ("gap", "cases", "sources", "table")
    return ReportSection(
        "missing", "What is missing", lead, [ReportTable("Known gaps", heads, cells, answer)]
    )


def coverage(ask: Asker, step: str) -> ReportSection:
    """Return the section on the days of the sources, as they were visited."""
    title = "Coverage"
    answer = ask("corpus_coverage", step=step)
    if not len(answer):
        return ReportSection(
            "coverage", title, "", empty="No nights were run, so no gap can be told."
        )
    total = answer.total("source_days")
    good = sum(row["source_days"] for row in answer if row["state"] in ("collected", "quiet"))
    lead = (
        f"On {percent(good / total)} of {counted(total, 'source-day')} a source was visited and "
        "answered. A source counts from its first night on."
    )
    chart = over_time(list(answer), step, ("source_days", "state"), STATES)
    blocks = [
        Figure(
            f"Days of all sources, by {step}",
            draw(chart, f"Stacked bars by {step}: {lead}"),
            answer,
            keys=_shown(STATES, answer, "state"),
        )
    ]
    days = ask("corpus_coverage_days")
    if len(days):
        sources = len({row["source"] for row in days})
        label = f"Timelines of the {counted(sources, 'source')} with most gaps, by day"
        blocks.append(
            Figure(
                "The sources with most gaps, by day",
                draw(timelines(list(days), STATES), label),
                days,
                note="The last 180 days; at most 30 sources, those with most gaps first.",
                keys=_shown(STATES, days, "state"),
            )
        )
    return ReportSection("coverage", title, lead, blocks)


def sources(ask: Asker, step: str) -> ReportSection:
    """Return the section on the health of the sources."""
    title = "Source health"
    answer = ask("corpus_sources")
    if not len(answer):
        return ReportSection("sources", title, "", empty="No source was visited by a night.")
    troubled = [row for row in answer if _is_troubled(row)]
    lead = (
        f"{counted(len(troubled), 'source')} of {len(answer):,} had a night that failed, a "
        "possible loss, or a longer silence than ever before."
    )
    nights = ask("corpus_nights", step=step)
    chart = over_time(list(nights), step, ("pages", "outcome"), _PAGES)
    figure = Figure(
        f"Pages requested, by {step} and outcome",
        draw(chart, f"Stacked bars of {counted(nights.total('pages'), 'requested page')}"),
        nights,
        keys=_shown(_PAGES, nights, "outcome"),
    )
    cells = [
        (
            Cell(row["source"]),
            number(row["nights"]),
            number(row["failed_nights"]),
            number(row["possible_losses"]),
            number(row["failed_pages"]),
            number(row["loaded"]),
            Cell(str(row["last_new"] or "never"), "code"),
        )
        for row in list(answer)[:_MOST_SOURCES]
    ]
    heads = ("source", "nights", "failed", "losses", "pages failed", "new articles", "last new")
    note = f"The first {len(cells)} of {len(answer):,}, the worst first; all are in the data."
    listing = ReportTable("Sources", heads, cells, answer, note if len(answer) > len(cells) else "")
    return ReportSection("sources", title, lead, [figure, listing])


def dropped_documents(ask: Asker) -> ReportSection:
    """Return the section on the documents that were not loaded."""
    title = "Dropped documents"
    answer = ask("corpus_dropped")
    if not len(answer):
        return ReportSection(
            "dropped", title, "", empty="No document was rejected, and none failed."
        )
    meanings = {str(reason): reason.meaning for reason in Reason}
    rows = list(answer)[:_MOST_REASONS]
    lead = (
        f"{counted(answer.total('documents'), 'document')} did not become an article. Each has a "
        "row in the table documents."
    )
    figure = Figure(
        "Reasons",
        draw(
            ranked(rows, ("reason", "documents"), _DROPPED, "outcome"),
            f"Bars of the {counted(len(rows), 'commonest reason')}",
        ),
        answer,
        keys=_shown(_DROPPED, answer, "outcome"),
    )
    cells = [
        (
            Cell(row["reason"], "code"),
            number(row["documents"]),
            Cell(meanings.get(row["reason"], "")),
            linked(address_shown(row["example"]), row["example"]),
        )
        for row in rows
    ]
    heads = ("reason", "documents", "meaning", "for example")
    return ReportSection(
        "dropped", title, lead, [figure, ReportTable("Their meanings", heads, cells, answer)]
    )


def _is_troubled(row: dict[str, Any]) -> bool:
    return bool(row["failed_nights"] or row["possible_losses"] or row["silent_days"])


def _shown(series: tuple[Series, ...], answer: QueryAnswer, column: str) -> list[Key]:
    """Return the legend's entries of those series that an answer has."""
    there = {row[column] for row in answer}
    return [one.key for one in series if one.value in there]
