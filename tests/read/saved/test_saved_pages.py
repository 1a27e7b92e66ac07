"""Pages that browsers and tools saved: their address, their time, and what lies beside them."""

from datetime import UTC, datetime

import pytest

from tests.read.samples import by_locator, documents, read, reasons
from tests.read.saved.pages import OWN, STORY, mhtml, story, webarchive
from tests.read.test_archives import tarred, write, zipped

SAVED = datetime(2023, 5, 11, 8, 10, 10, tzinfo=UTC)
SCRIPT_DATE = "Thu May 11 2023 10:10:10 GMT+0200 (Central European Summer Time)"
NOTES = {
    "browser": (f"\n<!-- saved from url=(0045){OWN} -->\n", None),
    "SingleFile": (
        f"<!--\n Page saved with SingleFile \n url: {OWN} \n saved date: {SCRIPT_DATE}\n-->",
        SAVED,
    ),
    "monolith": (f"<!-- Saved from {OWN} at 2023-05-11T08:10:10Z using monolith v2.7.0 -->", SAVED),
    "Save Page WE": (
        f'<meta name="savepage-url" content="{OWN}">'
        f'<meta name="savepage-date" content="{SCRIPT_DATE}">',
        SAVED,
    ),
    "HTTrack": (
        "<!-- Mirrored from www.courier.example/2016/03/04/pier by HTTrack Website Copier/3.x "
        "[XR&CO'2014], Thu, 11 May 2023 08:10:10 GMT -->",
        SAVED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("tool", NOTES)
def test_a_saved_page_has_the_address_and_time_that_its_tool_wrote(tmp_path, tool):
    note, when = NOTES[tool]
    page = story(top=note).encode()

    (document,) = read(write(tmp_path, page, "pier.html"))

    assert (document.url, document.fetched_at, document.body) == (OWN, when, page)


@pytest.mark.parametrize("address", ["about:internet", "file:///C:/pier.html"])
def test_an_address_that_is_none_of_the_web_is_left_out(tmp_path, address):
    page = story(top=f"<!-- saved from url=(0014){address} -->").encode()

    (document,) = read(write(tmp_path, page, "pier.html"))

    assert document.url is None


FOLDER = {
    "Pier.html": story().encode(),
    "Pier_files/ad.html": b"<!DOCTYPE html><html><body><div>Buy boots.</div></body></html>",
    "Pier_files/saved_resource.html": story().encode(),
    "Notes_files/own.html": story().encode(),
}


@pytest.mark.parametrize("pack", ["folder", "zip", "tar"])
def test_what_lies_in_the_folder_of_a_saved_page_is_no_article(tmp_path, pack):
    if pack == "folder":
        for name, content in FOLDER.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(content)
        outcomes = read(tmp_path)
    else:
        packed = zipped(FOLDER) if pack == "zip" else tarred(FOLDER)
        outcomes = read(write(tmp_path, packed, f"a.{pack}"))

    found = {name.rpartition("!")[2]: reason for name, reason in by_locator(outcomes).items()}
    assert found == {
        "Pier.html": "",
        "Pier_files/ad.html": "companion",
        "Pier_files/saved_resource.html": "companion",
        "Notes_files/own.html": "",
    }


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("www.courier.example/2016/03/04/pier.html", "https://www.courier.example/2016/03/04/pier.html"),
        ("www.courier.example/pier/index.html", "https://www.courier.example/pier/"),
        ("courier.example/a/story.php.html", "https://courier.example/a/story.php"),
        ("courier.example/a/story.php@id=7.html", "https://courier.example/a/story.php?id=7"),
        ("www.courier.example:8080/a.html", "https://www.courier.example:8080/a.html"),
        ("courier.example/17.html", None),
        ("v1.2/a/17.html", None),
        ("notes/17.html", None),
    ],
)  # fmt: skip
def test_a_page_of_a_mirror_has_the_address_of_its_path(tmp_path, path, address):
    file = tmp_path / "mirror" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(story().encode())

    assert [one.url for one in read(tmp_path)] == [address]
    assert [
        one.url for one in read(write(tmp_path, zipped({path: story().encode()}), "a.zip"))
    ] == [address]


def test_a_page_of_a_mirror_that_declares_its_address_gets_no_other(tmp_path):
    page = story(f'<link rel="canonical" href="{OWN}">').encode()
    path = write(tmp_path, zipped({"www.courier.example/a/b.html": page}), "a.zip")

    assert [one.url for one in read(path)] == [None]


def test_views_of_an_index_are_no_articles_unless_a_query_names_a_story(tmp_path):
    names = ["pier/index.html", "pier/index.html@share=x.html", "pier/index.html?replytocom=7"]
    front = ["index.html", "index.html@p=17.html", "index.html@share=x"]
    page = story().encode()
    path = write(
        tmp_path, zipped({f"www.courier.example/{name}": page for name in names + front}), "a.zip"
    )

    outcomes = read(path)

    assert [one.url for one in documents(outcomes)] == [
        "https://www.courier.example/pier/",
        "https://www.courier.example/",
        "https://www.courier.example/?p=17",
    ]
    assert reasons(outcomes) == ["companion"] * 3


def test_the_cache_and_index_of_httrack_are_no_articles(tmp_path):
    index = b"<html><head><title>Local index - HTTrack Website Copier</title></head></html>"
    members = {
        "hts-cache/new.zip": zipped({"https://www.courier.example/": b"x"}),
        "index.html": index,
        "www.courier.example/a/b.html": story().encode(),
    }

    assert list(by_locator(read(write(tmp_path, zipped(members), "a.zip"))).values()) == [
        "companion",
        "companion",
        "",
    ]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_an_mhtml_gives_its_page(tmp_path, encoding, charset):
    page = story(body="<p>Wexcombé’s pier = old; it opens.</p>")
    data = mhtml(page, encoding=encoding, charset=charset)

    (document,) = read(write(tmp_path, data, "pier.mhtml"))

    assert document.locator == "pier.mhtml"
    assert document.body.replace(b"\r\n", b"\n").rstrip() == page.encode(charset)
    assert document.charset == charset
    assert document.url == OWN
    assert document.fetched_at == datetime(2023, 5, 10, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "top",
    [
        'From: "Saved by Windows Internet Explorer 8"\r\nSubject: Pier\r\nMIME-Version: 1.0\r\n',
        "Subject: Pier\r\nX-MAF-Information: Produced By MAF V4.1.0\r\nMIME-Version: 1.0\r\n",
        f"Content-Location: {OWN}\r\nSubject: Pier\r\nMIME-Version: 1.0\r\n",
    ],
)
def test_the_files_of_other_browsers_are_mhtml_too(tmp_path, top):
    kind = 'Content-Type: multipart/related; boundary="----MultipartBoundary--AbCd----"\r\n'

    for header in (top + kind, kind + top):
        (document,) = read(write(tmp_path, mhtml(story(), top=header), "pier.mht"))
        assert document.url == OWN


def test_an_e_mail_is_no_saved_page(tmp_path):
    mail = mhtml(story()).replace(
        b"From: <Saved by Blink>", b"From: a@b.example\r\nTo: c@d.example"
    )
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", mail, "mail.eml")

    assert reasons(read(tmp_path / "in")) == ["unknown_format"]


def test_a_damaged_mhtml_costs_itself(tmp_path):
    data = mhtml(story())
    files = {
        "cut.mhtml": data[: data.index(b"MultipartBoundary--AbCd") + 900],
        "base64.mhtml": mhtml(story(), encoding="base64").replace(b"PCFET0", b"P", 1),
        "pages.mhtml": data.replace(b"text/html", b"text/css"),
        "whole.mhtml": data,
    }

    outcomes = read(write(tmp_path, zipped(files), "a.zip"))

    assert [*by_locator(outcomes).values()] == ["truncated", "bad_encoding", "no_text", ""]
    assert reasons(read(write(tmp_path, data, "b.mhtml"), document_bytes=500)) == ["too_large"]


def test_a_webarchive_gives_its_page(tmp_path):
    (document,) = read(write(tmp_path, webarchive(), "pier.webarchive"))

    assert STORY.encode() in document.body
    assert (document.url, document.charset) == (OWN, "UTF-8")


def test_a_damaged_webarchive_costs_itself(tmp_path):
    image = webarchive(WebResourceMIMEType="image/png")
    files = {
        "a.webarchive": webarchive()[:-40],
        "b.webarchive": image,
        "c.webarchive": webarchive(),
    }

    outcomes = read(write(tmp_path, zipped(files), "a.zip"))

    assert [*by_locator(outcomes).values()] == ["corrupt", "not_html", ""]


def test_frames_of_a_mirror_of_several_hosts_have_the_addresses_of_their_paths(tmp_path):
    frame = story().replace("Courier", "Frame").encode()
    for name in ("www.courier.example/a/pier.html", "ads.example/frame.html", "own.example/b.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(frame)
    (tmp_path / "ads.example" / "robots.txt").write_text("User-agent: *\n")

    pages = {o.locator: o.url for o in documents(read(tmp_path)) if o.media == "html"}

    assert pages == {
        "ads.example/frame.html": "https://ads.example/frame.html",
        "own.example/b.html": None,
        "www.courier.example/a/pier.html": "https://www.courier.example/a/pier.html",
    }
