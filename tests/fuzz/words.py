"""Material for pages of the fuzzer: words of markup, and the golden pages."""

from collections.abc import Iterator
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden"
FRONT = b"\0\1\1"  # HTML, at the address of a story, declared as UTF-8

WORDS = (
    *(f"<{tag}>" for tag in
      "p div article main section h1 h2 li ul td tr table br a b q span time aside footer nav"
      " figure figcaption blockquote pre script style noscript template svg select textarea title"
      " head body html meta link form".split()),
    *(f"</{tag}>" for tag in "p div article h1 ul table a b q span script style title".split()),
    "<!--", "-->", "<![CDATA[", "<!DOCTYPE html>", "<", ">", "&", "&amp;", "&#0;", "&#xD800;",
    "&#1114112;", "&nbsp;", "\0", "\ufeff", "\ufffe", "\u200b", "\u00ad", "\u202e", "\u0130", "ß",
    'class="', 'id="', 'itemprop="author"', 'itemprop="datePublished"', 'rel="author"',
    'rel="canonical" href="', 'rel="license" href="', 'property="og:title" content="',
    'property="article:published_time" content="', 'name="author" content="', 'name="date"',
    'http-equiv="content-type" content="text/html; charset=', 'datetime="', 'lang="', "hidden",
    'style="display:none"', '<script type="application/ld+json">', '{"@type":"NewsArticle",',
    '"@graph":[', '"@id":"', '"headline":"', '"datePublished":"', '"author":{"name":"',
    '"isAccessibleForFree":"False"', "2024-03-01T12:00:00+01:00", "2024-02-30", "9999-12-31",
    "0001-01-01", "1. März 2024", "March 1, 2024", "3/4/2021", "12:61", "+25:00", "T24:00:00Z",
    "By Ola Nordholm", "von Ola Nordholm und Per Lund", "Updated:", "PARIS, Jan 3 (AFP) –",
    "Just a moment...", "404", "cookies", "Subscribe to continue reading", "comment", "byline",
    "港の評議会は", "สภาท่าเรือ", "الميناء", "Ã¼", "â€™", "\x1b$B", "1e999", "-0", "null",
    "https://", "http://[::1", "//", "?", "#", "%00", "%zz", "mailto:", "javascript:",
)  # fmt: skip


def seeds() -> Iterator[bytes]:
    """Yield the golden pages, each behind the three bytes that choose its metadata."""
    for page in sorted(GOLDEN.glob("*/page.html")):
        yield FRONT + page.read_bytes()
