"""Sections on the contents: attention, stories, syndication, copies."""

from collections.abc import Mapping
from typing import Any

from config.wording import counted
from tasks.report.answers import Asker
from tasks.report.charts import Series, within_each_other
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
    short_title,
)
from tasks.report.rankings import matrix, ranked, spread

_ATTENTION = (
    Series("articles", Key("c2", "articles")),
    Series("stories", Key("c1", "stories")),
)
_ONE = (Series("one", Key("c1", "articles")),)
_KINDS = {
    "same_text": "the same text",
    "edited": "nearly the same text",
    "embedded": "one text within a longer one",
    "update": "an update on the same site",
    "related": "a part in common; not merged",
}
_MOST_SITES = 12
_MOST_PAIRS = 15


def attention(ask: Asker, step: str, totals: Mapping[str, int]) -> ReportSection:
    """Return the section on the articles and stories over time; `totals` has both numbers."""
    title = "Attention over time"
    answer = ask("corpus_attention", step=step)
    if not len(answer):
        return ReportSection("attention", title, "", empty="No article has a date.")
    lead = (
        f"{counted(totals['articles'], 'article')} tell "
        f"{counted(totals['stories'], 'story', 'stories')}, if copies of one text count once. A "
        f"story that goes on counts in each {step} that has an article of it."
    )
    outside = totals["articles"] - totals["undated"] - answer.total("articles")
    note = (
        f"{counted(outside, 'article')} with much earlier or later dates left out."
        if outside
        else ""
    )
    blocks: list[Figure | ReportTable] = [
        Figure(
            f"Articles and stories, by {step} of publication",
            draw(within_each_other(list(answer), step, _ATTENTION), f"Bars by {step}: {lead}"),
            answer,
            note=note,
            keys=[one.key for one in _ATTENTION],
        )
    ]
    sections = ask("corpus_sections")
    if len(sections):
        blocks.append(
            Figure(
                "The largest sections, as the pages name them",
                draw(
                    ranked(list(sections), ("section", "articles"), _ONE),
                    f"Bars of the {counted(len(sections), 'largest section')} by articles",
                ),
                sections,
            )
        )
    return ReportSection("attention", title, lead, blocks)


def stories(ask: Asker) -> ReportSection:
    """Return the section on the largest stories, and how they spread over sites."""
    title = "The largest stories"
    answer = ask("corpus_stories")
    if not len(answer):
        return ReportSection(
            "stories", title, "", empty="No story has copies: each article stands alone."
        )
    found = list(answer)
    lead = (
        f"The story on most sites was on {counted(found[0]['sites'], 'site')}. A story is a group "
        "of copies of one text."
    )
    blocks: list[Figure | ReportTable] = []
    dots = ask("corpus_spread")
    if len(dots):
        titles = {row["place"]: str(row["title"] or "(no title)") for row in found}
        blocks.append(
            Figure(
                "When each site had it first",
                draw(spread(list(dots), titles), "One line a story, one dot a site, by delay"),
                dots,
                note="Hours after the earliest date that is known of the story. A hollow dot: the "
                "page states a day and no time, and the dot stands at the beginning of that day.",
            )
        )
    cells = [
        (
            number(row["place"]),
            linked(short_title(row["title"]), row["url"]),
            Cell(row["origin"] or "undecided"),
            Cell(str(row["first_published_at"] or "")[:10] or "no date", "code"),
            number(row["sites"]),
            number(row["articles"]),
            Cell(row["languages"] or ""),
        )
        for row in found
    ]
    heads = ("", "story", "origin", "first dated", "sites", "articles", "languages")
    blocks.append(ReportTable("Stories on most sites", heads, cells, answer))
    return ReportSection("stories", title, lead, blocks)


def syndication(ask: Asker) -> ReportSection:
    """Return the section on the sites that take stories over from each other."""
    title = "Who takes over from whom"
    answer = ask("corpus_syndication")
    if not len(answer):
        empty = "No site had a story that another one had certainly had before."
        return ReportSection("syndication", title, "", empty=empty)
    found = list(answer)
    first = found[0]
    lead = (
        f"The busiest way: {first['to_domain']} had {counted(first['stories'], 'story', 'stories')}"
        f" after {first['from_domain']}. A story counts where the dates tell who was first. "
        "It may have come from an agency that served both."
    )
    names = _busiest(found)
    note = f"The {len(names)} busiest sites. Lines had a story first, columns later."
    blocks: list[Figure | ReportTable] = []
    if len(names) > 2:
        picture = draw(matrix(found, names), "Squares: stories from each site to each other")
        blocks.append(Figure("From site to site", picture, answer, note=note))
    cells = [
        (
            Cell(row["from_domain"]),
            Cell(row["to_domain"]),
            number(row["stories"]),
            number(row["median_hours"], 1),
        )
        for row in found[:_MOST_PAIRS]
    ]
    heads = ("first", "later", "stories", "median hours")
    blocks.append(ReportTable("The busiest ways", heads, cells, answer))
    return ReportSection("syndication", title, lead, blocks)


def copies(ask: Asker) -> ReportSection:
    """Return the section on pairs of articles with common text, and on credited agencies."""
    title = "Copies and agencies"
    pairs, agencies = ask("corpus_copies"), ask("corpus_agencies")
    if not len(pairs) and not len(agencies):
        empty = "No two articles have text in common, and none credits an agency."
        return ReportSection("copies", title, "", empty=empty)
    total = pairs.total("pairs")
    lead = f"{counted(total, 'pair')} of articles {'has' if total == 1 else 'have'} text in common."
    same = sum(row["pairs"] for row in pairs if row["kind"] == "same_text")
    if same and same < total:
        lead += f" In {percent(same / total)} of them it is the same text."
    blocks: list[Figure | ReportTable] = []
    if len(pairs):
        cells = [
            (
                Cell(_KINDS.get(row["kind"], row["kind"])),
                Cell(row["kind"]),
                number(row["pairs"]),
                number(row["median_jaccard"], 2),
            )
            for row in pairs
        ]
        heads = ("what they have in common", "kind", "pairs", "median similarity")
        blocks.append(ReportTable("Pairs of articles", heads, cells, pairs))
    if len(agencies):
        drawn = draw(
            ranked(list(agencies), ("agency", "articles"), _ONE),
            f"Bars of the {counted(len(agencies), 'agency', 'agencies')} that articles credit most",
        )
        blocks.append(Figure("News agencies that articles credit", drawn, agencies))
    return ReportSection("copies", title, lead, blocks)


def _busiest(rows: list[dict[str, Any]]) -> list[str]:
    counts: dict[str, int] = {}
    for row in rows:
        for name in (row["from_domain"], row["to_domain"]):
            counts[name] = counts.get(name, 0) + row["stories"]
    return sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_SITES]
