"""`broadsheet diff`: in the terminal, as a page that needs nothing else, and as rows."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.errors import UsageError
from config.settings import load_settings
from flows.actions.diff import chosen_versions, diff_command
from tasks.revisions.compare import VersionContent, compare
from tasks.revisions.diff_page import diff_page, facts_of
from tasks.revisions.stored import ComparedVersions, History, StoredVersion
from tests.load.test_revisions import END, LEDE, MIDDLE, capture
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.service.browser import chromium, launched

URL = "https://courier.example/basin"
TUESDAY = LEDE.replace("Monday", "Tuesday")
NOTE = "Correction: the basin opens on <Tuesday> & not before."


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("diff"))
    key = {"url_key": "//courier.example/basin", "own_key": "//courier.example/basin"}
    nights.load(
        capture(LEDE, MIDDLE, END, day=10, url=URL, **key),
        capture(TUESDAY, MIDDLE, END, day=11, url=URL, title="The basin opens late", **key),
        capture(MIDDLE, END, TUESDAY, NOTE, day=12, url=URL, title="The basin opens late", **key),
        capture(END, day=9, url="https://courier.example/gate"),
    )
    return nights.folder


class Page(HTMLParser):
    """The elements of a page, and the texts within `<del>` and `<ins>`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.marked: dict[str, list[str]] = {"del": [], "ins": []}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag, texts in self.marked.items():
            if tag in self.open and "span" not in self.open:
                texts.append(data)


def diff(
    warehouse: Path,
    capsys: pytest.CaptureFixture[str],
    article: str = URL,
    versions: str | None = None,
    html: Path | None = None,
) -> str:
    """Return what the command prints."""
    diff_command(article, load_settings(warehouse=warehouse), versions, html, "text")
    return capsys.readouterr().out


def test_the_terminal_shows_each_change_with_marks_where_it_has_no_colours(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = diff(warehouse, capsys, f"{URL}?utm_source=mail")
    assert "Version 1 → 2" in shown
    assert "Version 2 → 3" in shown
    assert "title: The basin opens {+late+}" in shown or "again-]" in shown
    assert "on [-Monday-]{+Tuesday+}, said" in shown
    assert "… 2 unchanged paragraphs …" in shown
    assert f"moved here: {TUESDAY}" in shown
    assert f"{{+{NOTE}+}}" in shown
    assert "silent" in shown.partition("Version 2 → 3")[0]
    assert "a note tells of a change" in shown.partition("Version 2 → 3")[2]


def test_two_versions_are_compared_as_rows(warehouse: Path) -> None:
    done = run("diff", URL, "--versions", "1,3", "--format", "json", "--warehouse", warehouse)
    rows = json.loads(done.stdout)
    assert [(row["version"], row["previous_version"], row["operation"]) for row in rows] == [
        (3, 1, "move"),
        (3, 1, "insert"),
    ]
    assert ["delete", "Monday"] in json.loads(rows[0]["words"])


def test_the_page_needs_nothing_else_and_tells_changes_without_colours(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "2 changes" in diff(warehouse, capsys, html=tmp_path / "basin.html")
    html = (tmp_path / "basin.html").read_text("utf-8")
    page = Page(html)
    assert page.addresses == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert "Monday" in page.marked["del"]
    assert NOTE in page.marked["ins"]
    assert html.count('<span class="said" dir="ltr">deleted: </span>') == html.count("<del><")
    assert "prefers-color-scheme: dark" in html
    assert re.search(r'<html lang="en">.*<title>[^<]+</title>.*<h1', html, re.S)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched(chromium()) as found:
        yield found


def numbered_paragraphs(*changed: int) -> str:
    return "\n\n".join(
        f"Paragraph {n} of the chronicle {'denies' if n in changed else 'says'} that it opens."
        for n in range(60)
    )


ARABIC = "أعلنت هيئة الميناء يوم الاثنين أن الحوض القديم سيفتح أمام السفن."
ARABIC_NOTE = "تصحيح: ذكرت نسخة سابقة موعدا آخر."


def test_the_page_is_readable_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """Arabic runs from right to left, nothing is wider than a phone, and changes are in sight."""
    address = f"https://courier.example/{'long' * 60}"
    before = VersionContent("م" * 150, f"{ARABIC}\n\n{address}\n\n{numbered_paragraphs()}")
    after = VersionContent(
        "ن" * 150, f"{ARABIC_NOTE}\n\n{ARABIC}\n\n{address}\n\n{numbered_paragraphs(30)}"
    )
    older, newer = (
        StoredVersion("a", number, None, address, None, content)
        for number, content in enumerate((before, after), 1)
    )
    compared = ComparedVersions(older, newer, None, compare(before, after))
    file = tmp_path / "diff.html"
    file.write_text(diff_page(History((older, newer), (compared,))), "utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for text in (ARABIC, ARABIC_NOTE):
        paragraph = page.locator("section p", has_text=text)
        assert paragraph.evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.get_by_text("Paragraph 20 of").is_hidden()
    assert page.get_by_text("Paragraph 29 of").is_visible()
    assert page.locator("summary").all_inner_texts() == [
        "30 unchanged paragraphs",
        "27 unchanged paragraphs",
    ]
    page.locator("summary").first.click()
    assert page.get_by_text("Paragraph 20 of").is_visible()
    page.close()


def test_one_word_is_one_word_and_a_small_change_is_none_of_nothing() -> None:
    before, after = (VersionContent("T", numbered_paragraphs(*changed)) for changed in ((), (5,)))
    older, newer = (StoredVersion("a", n, None, None, None, before) for n in (1, 2))
    facts = list(facts_of(ComparedVersions(older, newer, None, compare(before, after))))
    assert "1 word added, 1 removed" in facts
    assert "99% of the words stayed" in facts


def test_an_article_with_one_version_has_no_changes(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = diff(warehouse, capsys, "https://courier.example/gate")
    assert "only version 1" in shown


@pytest.mark.parametrize(
    ("article", "versions", "says"),
    [
        ("https://courier.example/no", None, "has no article 'https://courier.example/no'"),
        (URL, "1,7", "has no version 7: choose from 1, 2, 3."),
        (URL, "first", "write them as in 1,3."),
        (URL, "2,2", "write them as in 1,3."),
    ],
)
def test_what_does_not_exist_is_named_in_one_sentence(
    warehouse: Path,
    capsys: pytest.CaptureFixture[str],
    article: str,
    versions: str | None,
    says: str,
) -> None:
    with pytest.raises(UsageError, match=re.escape(says)) as refused:
        diff(warehouse, capsys, article, versions)
    assert "\n" not in str(refused.value)


def test_versions_are_two_different_numbers() -> None:
    assert chosen_versions(" 1, 3 ") == (1, 3)
    assert chosen_versions(None) is None
