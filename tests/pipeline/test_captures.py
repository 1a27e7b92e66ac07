"""Captures of web archives through the whole pipeline: versions in time, and found again."""

import gzip
from pathlib import Path

import pytest

from tasks.read.batch import read_batch
from tasks.read.lookup import FoundDocument, batches_of
from tests.pipeline.archives import page, url_of, write_warc
from tests.pipeline.command import ask, run
from tests.read.samples import arc, record, settings
from tests.read.saved.pages import OWN, mhtml, story, wayback
from tests.read.test_archives import zipped

pytestmark = pytest.mark.slow

EARLY, LATE = "20160305120000", "20160309120000"


def test_captures_of_a_page_are_its_versions_in_time_in_any_order_of_loading(
    tmp_path: Path,
) -> None:
    files = {
        EARLY: "The council hopes for sun.",
        LATE: "The council corrected this: it hopes for rain.",
    }
    for stamp, text in files.items():
        page = wayback(stamp).replace("</article>", f"<p>{text * 3}</p></article>")
        (tmp_path / f"{stamp}.html").write_text(page)
    captured = record(1, wayback(LATE).encode(), url=f"https://web.archive.org/web/{LATE}/{OWN}")
    (tmp_path / "c.warc.gz").write_bytes(captured)

    for name in (f"{LATE}.html", f"{EARLY}.html", "c.warc.gz"):
        run("ingest", tmp_path / name, "--warehouse", tmp_path / "w")

    shown = "select url, domain, fetched_at::varchar as at, text from articles"
    (article,) = ask(tmp_path / "w", shown)
    assert (article["url"], article["domain"]) == (OWN, "courier.example")
    assert article["at"].startswith("2016-03-09 12:00")
    assert "archive" not in article["text"]
    versions = "select distinct fetched_at from article_versions"
    assert len(ask(tmp_path / "w", versions)) == 2


@pytest.mark.parametrize(
    ("name", "data", "locator"),
    [
        ("a.arc.gz", b"".join(gzip.compress(one) for one in arc(0)), ""),
        ("pier.mhtml", mhtml(story()), "pier.mhtml"),
        ("pier.html", wayback().encode(), "pier.html"),
        ("a.zip", zipped({"w/pier.mhtml": mhtml(story())}), "a.zip!w/pier.mhtml"),
    ],
)
def test_what_was_saved_is_found_again(
    tmp_path: Path, name: str, data: bytes, locator: str
) -> None:
    (tmp_path / "in").mkdir()
    if not locator:  # an ARC whose page has the words of a story
        block = b"HTTP/1.1 200 OK\r\n\r\n" + story().encode()
        line = f"{OWN} 192.0.2.1 20160305120000 text/html {len(block)}\n".encode()
        locator = f"{name}#offset={len(data)}"
        data += gzip.compress(line + block + b"\n")
    (tmp_path / "in" / name).write_bytes(data)
    run("ingest", tmp_path / "in", "--warehouse", tmp_path / "w")

    assert ask(tmp_path / "w", "select url, locator from articles") == [
        {"url": OWN, "locator": locator}
    ]
    assert "pier of Wexcombe" in run("explain", OWN, "--warehouse", tmp_path / "w").stdout
    (batch,), _ = batches_of([FoundDocument(str(tmp_path / "in" / name), locator)])
    assert [(one.locator, one.url) for one in read_batch(batch, settings(), {})] == [(locator, OWN)]


def boxes(*titles: str) -> str:
    """Boxes with links to other stories, within the article and beside it."""
    items = "".join(f"<li><a href='/{title[:3]}'>{title}</a></li>" for title in titles)
    return (
        f"<div class='related'><h3>Related stories</h3><ul>{items}</ul></div></article>"
        f"<aside><h2>Most read</h2><ol>{items}</ol></aside>"
    )


def test_a_page_whose_related_links_changed_has_no_revision(tmp_path: Path) -> None:
    nights = (
        ("Ferry stays in port", "Mayor opens the lock", "Herring is dear this week"),
        ("Gulls on the pier", "A new clock for the tower", "Rain until Sunday, says the office"),
    )
    for day, titles in enumerate(nights, 11):
        pages: dict[str, bytes | str] = {url_of(1): page(1).replace("</article>", boxes(*titles))}
        archive = write_warc(tmp_path / f"{day}.warc.gz", pages, day=day)
        run("ingest", archive, "--warehouse", tmp_path / "w")
    assert ask(tmp_path / "w", "select outcome from documents order by outcome") == [
        {"outcome": "duplicate"},
        {"outcome": "loaded"},
    ]
    assert ask(tmp_path / "w", "from revisions") == []
