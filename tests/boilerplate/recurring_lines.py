"""Make articles of a newspaper that have lines in common, as archive rows and as pages."""

import json
from pathlib import Path

from tests.pipeline.archives import story, write_warc

COURIER = "Harbour Courier"
LINE = "Subscribe to the Courier's letter and read the harbour's news before the tide comes in."
OTHER = "The Courier is printed on the quay by its own readers, who have owned it since 1871."


def row_of(number: int, day: int, *lines: str) -> dict[str, str]:
    """Return an article of a day in March 2025, with lines below its first paragraph."""
    first, *rest = story(number).split("\n\n")
    return {
        "url": f"https://courier.example/2025/03/{day:02}/district-{number}",
        "title": f"District {number} decides",
        "text": "\n\n".join((first, *lines, *rest)),
        "date": f"2025-03-{day:02}",
        "source": COURIER,
    }


def write_rows(path: Path, numbers: range, days: range, *lines: str) -> Path:
    """Write a JSONL file of articles, distributed over the days; return its path."""
    rows = [row_of(number, days[number % len(days)], *lines) for number in numbers]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), "utf-8")
    return path


def page(number: int, day: int, *lines: str) -> str:
    """Return the article of `row_of` as an HTML page."""
    one = row_of(number, day, *lines)
    body = "".join(f"<p>{line}</p>" for line in one["text"].split("\n\n"))
    data = {
        "@type": "NewsArticle",
        "headline": one["title"],
        "datePublished": f"{one['date']}T06:30:00+01:00",
    }
    return (
        f"<!doctype html><html lang='en'><head><title>{one['title']}</title>"
        f"<script type='application/ld+json'>{json.dumps(data)}</script></head>"
        f"<body><article><h1>{one['title']}</h1>{body}</article></body></html>"
    )


def write_pages(path: Path, numbers: range, days: range, *lines: str, mark: str = "") -> Path:
    """Write a WARC file of articles that were fetched on 11 March 2025; return its path.

    Args:
        mark: text to add to each page, which gives it other bytes; it is fetched on 12 March.
    """
    pages: dict[str, bytes | str] = {}
    for number in numbers:
        day = days[number % len(days)]
        pages[row_of(number, day)["url"]] = page(number, day, *lines) + mark
    return write_warc(path, pages, day=12 if mark else 11)
