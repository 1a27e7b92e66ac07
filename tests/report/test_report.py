"""`broadsheet report`: one page that opens anywhere, and that no text of a page can change."""

import base64
import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.errors import UsageError
from config.settings import load_settings
from tasks.report.corpus_report import ReportRequest, make_report
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.report.corpora import HOSTILE, hostile, told
from warehouse.query import opened, rows

pytestmark = pytest.mark.slow

TAGS = {"script", "img", "iframe", "object", "embed", "form", "b", "base"}


class Parsed(HTMLParser):
    """The elements, addresses and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.code: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "code":
            self.code.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.code and self.tags[-1][0] == "code":
            self.code[-1] += data

    def addresses(self) -> list[str]:
        named = [attributes.get(name) for _, attributes in self.tags for name in ("href", "src")]
        return [address for address in named if address is not None]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile") / "news").folder


@pytest.fixture(scope="module")
def html(warehouse: Path) -> str:
    return made(warehouse)


def made(folder: Path, request: ReportRequest | None = None) -> str:
    path = make_report(request or ReportRequest(), load_settings(warehouse=folder))
    return path.read_text("utf-8")


def test_texts_of_pages_stay_texts(html: str) -> None:
    page = Parsed(html)
    assert not TAGS & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name[:2] == "on"]
    assert '</script><img src=x onerror="alert(1)">{{ 7*7 }}&amp;' in page.text
    assert "\u202e" not in html
    assert "49&" not in page.text


def test_the_page_loads_nothing_and_links_only_to_the_web(html: str) -> None:
    addresses = Parsed(html).addresses()
    allowed = ("#", "data:", "http://", "https://")
    assert addresses
    assert all(address.startswith(allowed) for address in addresses)
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_each_picture_is_well_formed_and_has_an_alternative(html: str) -> None:
    pictures = re.findall(r"<svg .*?</svg>", html, re.S)
    assert len(pictures) >= 14
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        assert len(root.get("aria-label") or "") > 10
        assert "NaN" not in picture
        assert re.search(r'fill="var\(--\w+\)"', picture)
    assert sum('class="wide"' in picture for picture in pictures) * 2 == len(pictures)


def test_each_query_that_the_page_shows_runs_and_gives_the_rows_beside_it(
    warehouse: Path, html: str
) -> None:
    page = Parsed(html)
    links = [a for a in page.addresses() if a.startswith("data:text/csv")]
    queries = [code for code in page.code if code.startswith(("with", "select", "unpivot"))]
    answers = []
    with opened(warehouse) as connection:
        answers = [rows(connection, query) for query in queries]
    given = [names_and_count(link) for link in links]
    assert [(names, len(found)) for names, found in answers if found] == given
    assert len(given) > 12


def names_and_count(link: str) -> tuple[list[str], int]:
    content = base64.b64decode(link.partition("base64,")[2]).decode()
    names, *found = csv.reader(io.StringIO(content))
    return names, len(found)


def test_the_page_names_the_publication_that_it_was_made_from(warehouse: Path, html: str) -> None:
    with opened(warehouse) as connection:
        [(name,)] = connection.execute("select publication_id from publication").fetchall()
    assert f"from the publication {name} of " in html


def test_headings_have_an_order_and_every_section_can_be_reached(html: str) -> None:
    page = Parsed(html)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    targets = {address[1:] for address in page.addresses() if address.startswith("#")}
    assert len(targets) > 10
    assert targets <= ids


def test_since_leaves_older_articles_out(warehouse: Path) -> None:
    page = made(warehouse, ReportRequest(date(2025, 3, 15)))
    assert "since 2025-03-15" in page
    assert "<h1>28 articles" in made(warehouse)
    assert re.search(r"<h1>[1-9] articles", page)


def test_a_warehouse_without_articles_has_a_report_that_says_so(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "news")
    nights.load()
    page = Parsed(made(nights.folder)).text
    assert "No articles yet" in page
    assert "No gap is known." in page
    assert "No document was rejected, and none failed." in page


def test_one_article_without_a_date_has_a_report(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "news")
    undated = {"published_at": None, "published_date": None, "published_precision": None}
    nights.load(told(1, title="Alone", published_source=None, **undated))
    page = Parsed(made(nights.folder)).text
    assert "1 article from 1 source" in page
    assert "None of them has a date." in page
    assert "No article has a date." in page


def test_nothing_published_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="broadsheet ingest"):
        made(tmp_path)


def test_a_place_that_cannot_be_written_is_one_sentence(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--out"):
        made(warehouse, ReportRequest(out=tmp_path / "file" / "report.html"))


def test_the_command_prints_the_path_and_nothing_else(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "march.html"
    done = run("report", "--since", "2025-03-01", "--out", out, "--warehouse", warehouse)
    assert done.stdout == f"{out}\n"
    assert json.dumps(HOSTILE)[:8] not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["march.html"]
