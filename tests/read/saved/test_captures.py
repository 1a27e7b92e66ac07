"""Captures of web archives: their own address and time, nothing of the archive in them."""

import json
from datetime import UTC, datetime

import pytest

from config.settings import load_settings
from tasks.process.document import process_document
from tasks.read.saved.captures import archived_address, without_additions
from tasks.records import Article, RawDocument
from tests.growth import is_linear
from tests.read.samples import read, record
from tests.read.saved.pages import OWN, STAMP, TOOLBAR_WORDS, archive_today, story, wayback
from tests.read.test_archives import write

CAPTURED = datetime(2016, 3, 5, 12, tzinfo=UTC)


def article(document: RawDocument) -> Article:
    made = process_document(document, load_settings().process)
    assert isinstance(made, Article), made
    return made


@pytest.mark.parametrize(
    ("address", "own"),
    [
        (f"https://web.archive.org/web/{STAMP}/{OWN}", OWN),
        (f"http://web.archive.org/web/{STAMP}id_/{OWN}", OWN),
        (f"//archive.org/web/{STAMP}if_/{OWN}", OWN),
        (f"https://web.archive.org/web/{STAMP}/https:/www.courier.example/a?b=c", None),
        (
            f"https://web.archive.org/web/{STAMP}/www.courier.example/a",
            "http://www.courier.example/a",
        ),
        (f"https://arquivo.pt/wayback/{STAMP}/{OWN}", OWN),
        (f"https://arquivo.pt/noFrame/replay/{STAMP}mp_/{OWN}", OWN),
        (f"https://www.webarchive.org.uk/wayback/en/archive/{STAMP}/{OWN}", OWN),
        (f"https://wayback.archive-it.org/1234/{STAMP}/{OWN}", OWN),
        (f"https://archive.ph/2016.03.05-120000/{OWN}", OWN),
        (f"https://archive.is/{STAMP}/{OWN}", OWN),
    ],
)
def test_an_archive_s_address_names_the_page_s_own_and_the_time(address, own):
    capture = archived_address(address)

    assert capture
    assert capture.url == (own or "https://www.courier.example/a?b=c")
    assert capture.captured_at == CAPTURED


@pytest.mark.parametrize(
    "address",
    [
        f"https://click.example/99887766554433/{OWN}",
        None,
        OWN,
        "https://web.archive.org/web/*/https://www.courier.example/",
        "https://web.archive.org/save/https://www.courier.example/",
        "https://www.courier.example/20160305120000/pier",
        "https://www.courier.example/share?u=/20160305120000/https://www.courier.example/",
        "https://archive.ph/AbC12",
    ],
)
def test_other_addresses_name_no_capture(address):
    assert archived_address(address) is None


def test_a_time_that_is_none_leaves_the_time_open():
    short = archived_address(f"https://web.archive.org/web/2016/{OWN}")
    wrong = archived_address(f"https://web.archive.org/web/20161399120000/{OWN}")

    assert short
    assert wrong
    assert (short.url, short.captured_at) == (OWN, None)
    assert (wrong.url, wrong.captured_at) == (OWN, None)


def test_a_saved_capture_is_an_article_at_its_own_address_without_the_toolbar(tmp_path):
    (document,) = read(write(tmp_path, wayback().encode(), "pier.html"))

    assert document.url == OWN
    assert document.fetched_at == CAPTURED
    assert TOOLBAR_WORDS.encode() not in document.body
    assert b"archive.org" not in document.body.replace(b'"https://web.archive.org/","web"', b"")
    assert b'href="https://www.courier.example/b"' in document.body
    made = article(document)
    assert made.url_canonical == OWN
    assert made.domain == "courier.example"
    assert made.image_url == "https://www.courier.example/a.jpg"
    assert TOOLBAR_WORDS not in made.text


@pytest.mark.parametrize("sign", ["wombat", "toolbar", "note"])
def test_each_sign_of_the_wayback_machine_suffices(tmp_path, sign):
    page = wayback()
    if sign != "wombat":
        page = page.replace("__wm.wombat(", "f(")
    if sign != "toolbar":
        page = page.replace("WAYBACK TOOLBAR INSERT", "").replace("wm-ipp-base", "x")
    if sign != "note":
        page = page.replace("FILE ARCHIVED ON", "")

    (document,) = read(write(tmp_path, page.encode(), "pier.html"))

    assert (document.url, document.fetched_at) == (OWN, CAPTURED)


def test_captures_in_a_warc_are_versions_of_their_page_in_time(tmp_path):
    records = [
        record(1, wayback(stamp).encode(), url=f"https://web.archive.org/web/{stamp}/{OWN}")
        for stamp in (STAMP, "20160306120000")
    ]

    first, second = read(write(tmp_path, b"".join(records), "a.warc.gz"))

    assert first.url == second.url == OWN
    assert second.fetched_at - first.fetched_at == CAPTURED.replace(day=6) - CAPTURED
    assert article(first).article_id == article(second).article_id


def test_the_same_capture_that_was_saved_twice_has_the_same_bytes(tmp_path):
    again = wayback().replace("10:00:00 Jan 02, 2024", "11:00:00 Jan 03, 2025")
    (tmp_path / "a.html").write_text(wayback())
    (tmp_path / "b.html").write_text(again)

    first, second = read(tmp_path)

    assert first.body == second.body


def test_links_of_other_archives_are_unwrapped(tmp_path):
    prefix = "https://arquivo.pt/wayback/"
    page = story(body=f'<a href="/wayback/{STAMP}/https://www.courier.example/b">b</a>')
    warc = record(1, page.encode(), url=f"{prefix}{STAMP}/{OWN}")

    (document,) = read(write(tmp_path, warc, "a.warc.gz"))

    assert (document.url, document.fetched_at) == (OWN, CAPTURED)
    assert b'href="https://www.courier.example/b"' in document.body


@pytest.mark.parametrize("host", ["archive.ph", "archive.today"])
def test_a_page_saved_from_archive_today_has_its_own_address(tmp_path, host):
    page = archive_today(f"https://{host}/2016.03.05-120000/{OWN}")

    (document,) = read(write(tmp_path, page.encode(), "pier.html"))

    assert (document.url, document.fetched_at) == (OWN, CAPTURED)
    assert TOOLBAR_WORDS.encode() not in document.body
    assert b'href="https://www.courier.example/b"' in document.body


def test_a_page_that_only_cites_captures_is_as_it_was(tmp_path):
    link = f'<a href="https://web.archive.org/web/{STAMP}/{OWN}">FILE ARCHIVED ON a day</a>'
    page = story(body=link).encode()

    (document,) = read(write(tmp_path, page, "pier.html"))

    assert document.body == page
    assert document.url is None


def test_a_row_s_address_in_an_archive_is_the_page_s_own(tmp_path):
    row = (
        f'{{"text": "A story of some words.", "url": "https://web.archive.org/web/{STAMP}/{OWN}"}}'
    )

    (document,) = read(write(tmp_path, row.encode(), "a.jsonl"))

    assert (document.url, document.fetched_at) == (OWN, CAPTURED)


@pytest.mark.parametrize(
    "piece", [b'<div id="wm-ipp-base">', b"<!-- FILE ARCHIVED ON", b'"/web/1/']
)
def test_taking_additions_off_takes_linear_time(piece):
    assert is_linear(
        lambda size: without_additions(piece * size, "https://web.archive.org/web/"), 2_000
    )


SHORT = "https://archive.ph/AbC12"
SAVED_SHORT = f"<!-- saved from url=(0024){SHORT} -->"


def short_capture(field: str) -> str:
    """Return a capture that names itself by archive.today's short address only.

    Args:
        field: markup of the header, where the archive shows what it saved.
    """
    head = f'<link rel="canonical" href="{SHORT}"><meta property="og:url" content="{SHORT}">'
    return story(head, f'<div id="HEADER">{field} {TOOLBAR_WORDS}</div>', SAVED_SHORT)


def test_a_short_address_of_archive_today_gives_way_to_what_the_page_states(tmp_path):
    field = f'<input type="text" name="q" value="{OWN}">'
    long = archive_today(f"https://archive.ph/2016.03.05-120000/{OWN}").replace(
        "<html", f"{SAVED_SHORT}<html"
    )
    write(tmp_path, short_capture(field).encode(), "a.html")
    write(tmp_path, long.encode(), "b.html")

    found = read(tmp_path)

    assert [document.url for document in found] == [OWN, OWN]
    assert not any(SHORT.encode() in document.body.split(b"<html")[1] for document in found)


def test_a_short_address_of_archive_today_is_no_article_s_own(tmp_path):
    write(tmp_path, short_capture("").encode(), "a.html")
    row = {"url": SHORT, "title": "Pier", "text": "The pier opened again."}
    write(tmp_path, json.dumps(row).encode(), "b.json")

    for document in read(tmp_path):
        assert document.url is None
        assert document.declared.extra["archive_address"] == SHORT
        made = article(document)
        assert (made.url, made.domain) == (None, None)
        assert "own_address_unknown" in made.quality_flags
