"""The top of the report: headline, deck, and numbers of the whole corpus."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from config.wording import counted

# The most days that charts show one by one, by the week, and by the month.
_STEPS: Final = ((62, "day"), (4 * 366, "week"), (50 * 366, "month"))


def step_of(first: date | None, last: date | None) -> str:
    """Return the length of the bars of charts over time: `day`, `week`, `month` or `year`."""
    days = (last - first).days if first and last else 0
    return next((step for most, step in _STEPS if days <= most), "year")


def headline(totals: Mapping[str, Any]) -> str:
    """Return the headline."""
    articles = totals["articles"]
    if not articles:
        return "No articles yet"
    return f"{counted(articles, 'article')} from {counted(totals['sources'], 'source')}"


def deck(totals: Mapping[str, Any], span: Mapping[str, Any]) -> str:
    """Return the sentences below the headline."""
    if not totals["articles"]:
        return "The warehouse holds no article that this report could count."
    sentences = []
    if totals["first_day"]:
        sentences.append(f"Dated {_between(totals['first_day'], totals['last_day'])}.")
    else:
        sentences.append("None of them has a date.")
    if span["first_night"]:
        sentences.append(
            f"Collected by nights of {_between(span['first_night'], span['last_night'])}."
        )
    return " ".join(sentences)


def tiles(totals: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return pairs of a number and its meaning."""
    counts = [
        (totals[name], one if totals[name] == 1 else several)
        for name, one, several in (
            ("articles", "article", "articles"),
            ("sources", "source", "sources"),
            ("sites", "site", "sites"),
            ("languages", "language", "languages"),
            ("days", "day with articles", "days with articles"),
            ("words", "word", "words"),
        )
    ]
    return [(_large(count), words) for count, words in counts]


def _between(first: date, last: date) -> str:
    if first == last:
        return f"{first:%-d %B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last:%-d %B %Y}"
    return f"{first:%-d %B %Y} to {last:%-d %B %Y}"


def _large(value: int) -> str:
    return f"{value:,}" if value < 10_000_000 else f"{value / 1_000_000:,.1f} M"
