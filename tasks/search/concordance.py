"""Hits in their context: each place of a query's words, with the text left and right of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import pyarrow as pa

from tasks.search.find import Desk, FoundText, Question
from tasks.search.tree import Leaf, leaves
from warehouse.search.index import TEXT_FIELDS

KwicOrder = Literal["date", "left", "right"]

SEARCH_COLUMNS = pa.schema(
    [
        pa.field("article_id", pa.string()),
        pa.field("version", pa.int32()),
        pa.field("source", pa.string()),
        pa.field("published_date", pa.date32()),
        pa.field("language", pa.string()),
        pa.field("title", pa.string()),
        pa.field("url", pa.string()),
    ]
)
KWIC_COLUMNS = pa.schema(
    [
        *list(SEARCH_COLUMNS)[:4],
        pa.field("left", pa.string()),
        pa.field("match", pa.string()),
        pa.field("right", pa.string()),
    ]
)


def found_rows(desk: Desk, question: Question) -> Iterator[tuple[Any, ...]]:
    """Yield the articles that a query finds, with the columns of SEARCH_COLUMNS and a sort key."""
    for row in desk.find(question):
        head = (row.article_id, row.version, row.source, row.published_date)
        key = f"{_newest_first(row.published_date)}{row.article_id}"
        yield (*head, row.language, row.title, row.url, key)


def concordance(
    desk: Desk, question: Question, width: int, order: KwicOrder
) -> Iterator[tuple[Any, ...]]:
    """Yield the lines of a concordance, with the columns of KWIC_COLUMNS and a sort key.

    Places in titles come before those in texts. Words behind NOT, and fields that are no texts,
    have no lines.

    Args:
        width: the number of characters to show on each side.
    """
    node, found = desk.read(question)
    wanted = list(leaves(node))
    for article in found:
        row = article.row
        head = (row.article_id, row.version, row.source, row.published_date)
        for number, line in enumerate(_lines(article, wanted, width)):
            place = f"{_newest_first(row.published_date)}{row.article_id}{number:06d}"
            yield (*head, *line, _sort_key(line, order) + place)


def _lines(article: FoundText, wanted: list[Leaf], width: int) -> Iterator[tuple[str, str, str]]:
    texts = {"title": article.matcher.article.title, "text": article.matcher.article.text}
    for name in TEXT_FIELDS:
        spans = {
            span
            for leaf in wanted
            if leaf.field in (None, name)
            for span in article.matcher.spans(leaf, name)
        }
        for start, end in sorted(spans):
            yield _line(texts[name], start, end, width)


def _line(text: str, start: int, end: int, width: int) -> tuple[str, str, str]:
    """Return the text left of a match, the match, and the text right of it, each on one line."""
    # Twice the width, because line breaks and runs of spaces become one space.
    left = " ".join(f"{text[max(start - 2 * width, 0) : start]}|".split())[:-1]
    right = " ".join(f"|{text[end : end + 2 * width]}".split())[1:]
    return left[max(len(left) - width, 0) :], " ".join(text[start:end].split()), right[:width]


def _sort_key(line: tuple[str, str, str], order: KwicOrder) -> str:
    left, match, right = line
    if order == "left":  # from the nearest word outward
        return "\x1f".join([*reversed(left.casefold().split()), match.casefold(), ""])
    if order == "right":
        return f"{right.strip().casefold()}\x1f{match.casefold()}\x1f"
    return ""


def _newest_first(day: date | None) -> str:
    """Return a text by which later days come first, and none last."""
    return f"{date.max.toordinal() - (day or date.min).toordinal():08d}"
