"""Sections on the quality of the articles: revisions, dates, access, languages."""

from config.wording import counted
from tasks.report.answers import Asker, QueryAnswer
from tasks.report.charts import Series, over_time
from tasks.report.drawing import draw
from tasks.report.parts import (
    Cell,
    Figure,
    Key,
    ReportSection,
    ReportTable,
    linked,
    number,
    percent,
    share,
    short_title,
)
from tasks.report.rankings import ranked

_CHANGES = (
    Series("declared", Key("c1", "with a note or a new date of the last change")),
    Series("silent", Key("c4", "silent")),
    Series("not_publisher", Key("c5", "not by the publisher, or unknown")),
)
_PRECISIONS = (
    Series("second", Key("c1", "second")),
    Series("minute", Key("c6", "minute")),
    Series("day", Key("c3", "day")),
    Series("month", Key("c4", "month")),
    Series("none", Key("c5", "no date")),
)
_ACCESS = (
    Series("full", Key("c1", "full text")),
    Series("truncated", Key("c3", "cut")),
    Series("paywalled", Key("c4", "paywalled")),
    Series("unknown", Key("c5", "not stated")),
)
_ONE = (Series("one", Key("c1", "articles")),)
_MOST_SOURCES = 20
_MOST_LANGUAGES = 12
_LEAST_ARTICLES = 5


def revisions(ask: Asker, step: str) -> ReportSection:
    """Return the section on changed articles and silent corrections."""
    title = "Revisions and silent corrections"
    answer = ask("corpus_revisions", step=step)
    revised = ask("corpus_revised_sources")
    if not len(answer) and not len(revised):
        return ReportSection("revisions", title, "", empty="No article was seen to change.")
    total = answer.total("revisions")
    silent = sum(row["revisions"] for row in answer if row["kind"] == "silent")
    lead = (
        f"{counted(total, 'change')} of a title or text {'was' if total == 1 else 'were'} seen, "
        f"{silent:,} of them silent: without a note, and without a new date of the last change."
    )
    blocks: list[Figure | ReportTable] = []
    if len(answer):
        there = {row["kind"] for row in answer}
        blocks.append(
            Figure(
                f"Changes, by {step} of the capture",
                draw(
                    over_time(list(answer), step, ("revisions", "kind"), _CHANGES),
                    f"Stacked bars by {step}: {lead}",
                ),
                answer,
                keys=[one.key for one in _CHANGES if one.value in there],
            )
        )
    if len(revised):
        blocks.append(_revised_sources(revised))
    titles = ask("corpus_silent")
    if len(titles):
        blocks.append(_silent_titles(titles))
    return ReportSection("revisions", title, lead, blocks)


def dates(ask: Asker) -> ReportSection:
    """Return the section on where dates were found, and how precise they are."""
    title = "Dates and precision"
    answer = ask("corpus_dates")
    total = answer.total("articles")
    if not total:
        return ReportSection("dates", title, "", empty="There are no articles.")
    exact = sum(row["articles"] for row in answer if row["precision"] in ("second", "minute"))
    lead = (
        f"The time of publication is known to the minute for {percent(exact / total)} of the "
        "articles. Where it is not known, the column is NULL; nothing is guessed."
    )
    there = {row["precision"] for row in answer}
    figure = Figure(
        "Where the date was found, and its precision",
        draw(ranked(list(answer), ("found_in", "articles"), _PRECISIONS, "precision"), lead),
        answer,
        keys=[one.key for one in _PRECISIONS if one.value in there],
    )
    return ReportSection("dates", title, lead, [figure])


def languages(ask: Asker) -> ReportSection:
    """Return the section on the languages of the texts."""
    title = "Languages"
    answer = ask("corpus_languages")
    if not len(answer):
        return ReportSection("languages", title, "", empty="There are no articles.")
    named = sum(row["language"] != "und" for row in answer)
    lead = (
        f"The texts are in {counted(named, 'language')}, as the texts themselves show; und: too "
        "short to tell."
    )
    chart = ranked(list(answer)[:_MOST_LANGUAGES], ("language", "articles"), _ONE)
    return ReportSection(
        "languages", title, lead, [Figure("Articles by language", draw(chart, lead), answer)]
    )


def access(ask: Asker) -> ReportSection:
    """Return the section on texts that are cut or behind a paywall."""
    title = "Access"
    answer = ask("corpus_access")
    total = answer.total("articles")
    if not total:
        return ReportSection("access", title, "", empty="There are no articles.")
    counts: dict[str, int] = {}
    sizes: dict[str, int] = {}
    open_shares: dict[str, float] = {}
    for row in answer:
        counts[row["access_state"]] = counts.get(row["access_state"], 0) + row["articles"]
        sizes[row["source"]] = sizes.get(row["source"], 0) + row["articles"]
        closed = row["access_state"] in ("truncated", "paywalled")
        open_shares.setdefault(row["source"], 1.0)
        open_shares[row["source"]] -= row["share"] if closed else 0
    closed_articles = counts.get("truncated", 0) + counts.get("paywalled", 0)
    lead = (
        f"{percent(closed_articles / total)} of the articles have a part of their text only, as "
        "far as their pages show it."
    )
    rows = [{"all": "all articles", "state": state, "articles": n} for state, n in counts.items()]
    figure = Figure(
        "All articles, by state of access",
        draw(ranked(rows, ("all", "articles"), _ACCESS, "state"), lead),
        answer,
        keys=[one.key for one in _ACCESS if one.value in counts],
    )
    worst = sorted(
        (name for name in sizes if open_shares[name] < 0.9995 and sizes[name] >= _LEAST_ARTICLES),
        key=lambda name: (open_shares[name], name),
    )[:_MOST_SOURCES]
    if not worst:
        return ReportSection("access", title, lead, [figure])
    cells = [(Cell(name), number(sizes[name]), share(1 - open_shares[name])) for name in worst]
    listing = ReportTable(
        "Sources with most texts in part",
        ("source", "articles", "cut or paywalled"),
        cells,
        answer,
        f"Sources with at least {_LEAST_ARTICLES} articles.",
    )
    return ReportSection("access", title, lead, [figure, listing])


def _revised_sources(answer: QueryAnswer) -> ReportTable:
    counts = ("revisions", "silent", "titles", "notes", "words_added", "words_removed")
    cells = [
        (Cell(row["source"] or "–"), *(number(row[name]) for name in counts)) for row in answer
    ]
    heads = ("source", "changes", "silent", "of titles", "notes", "words added", "removed")
    return ReportTable("Who changes most", heads, cells, answer)


def _silent_titles(answer: QueryAnswer) -> ReportTable:
    cells = [
        (
            Cell(str(row["fetched_at"] or "")[:10], "code"),
            Cell(row["source"] or "–"),
            Cell(short_title(row["old_title"])),
            linked(short_title(row["new_title"]), row["url"]),
        )
        for row in answer
    ]
    heads = ("seen", "source", "title before", "title after")
    return ReportTable("The newest silent changes of titles", heads, cells, answer)
