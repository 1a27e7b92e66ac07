"""WARC archives of invented pages for tests."""

import io
from pathlib import Path
from random import Random

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

WORDS = (
    *("harbour", "basin", "council", "ferry", "tide", "lantern", "market", "orchard", "bridge"),
    *("winter", "record", "meeting", "quarry", "festival", "railway", "island", "weather"),
)
SYLLABLES = ("bar", "den", "fol", "gan", "hes", "kel", "lor", "mir", "nas", "pol", "ric", "tam")


def story(number: int, paragraphs: int = 6) -> str:
    """Return a text of some paragraphs, different for each number.

    Texts with different numbers share phrases, but are no copies of each other.
    """
    lines = []
    for paragraph in range(paragraphs):
        chance = Random(100 * number + paragraph)
        picked = ["".join(chance.choices(SYLLABLES, k=2)) for _ in range(9)]
        lines.append(
            f"The {picked[0]} committee of district {number} met on the {picked[1]} {picked[2]} "
            f"and said that the {picked[3]} near the {picked[4]} would open after the {picked[5]}. "
            f"Members of the {picked[6]} asked for {number + paragraph} days for the {picked[7]}."
        )
    return "\n\n".join(lines)


def page(number: int) -> str:
    """Return an HTML page with the story of this number."""
    body = "".join(f"<p>{line}</p>" for line in story(number).split("\n\n"))
    return (
        "<!doctype html><html lang='en'><head>"
        f"<title>District {number} decides – Courier</title>"
        '<script type=\'application/ld+json\'>{"@type": "NewsArticle", '
        f'"headline": "District {number} decides", "datePublished": "2025-03-11T06:30:00+01:00", '
        '"author": {"@type": "Person", "name": "Ida Marsh"}}</script></head>'
        "<body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>District {number} decides</h1>{body}</article><footer>Courier</footer></body></html>"
    )


def url_of(number: int) -> str:
    return f"https://courier.example/2025/03/11/district-{number}"


def write_warc(path: Path, pages: dict[str, bytes | str], *, day: int = 11) -> Path:
    """Write a gzipped WARC with one response record per page, fetched on that day of March 2025."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, body in pages.items():
            payload = body.encode() if isinstance(body, str) else body
            headers = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(payload),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": f"2025-03-{day:02}T23:00:00Z"},
            )
            writer.write_record(record)
    return path


def write_stories(path: Path, numbers: range) -> Path:
    """Write a WARC with the invented pages of these numbers."""
    return write_warc(path, {url_of(number): page(number) for number in numbers})
