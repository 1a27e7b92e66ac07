"""Texts that are not prose are recognised by their lines, not by the names of their files."""

from inspect import cleandoc

import pytest

from config.settings import ProcessSettings, load_settings
from tasks.process.document import process_document
from tasks.process.page_type.prose import doubt_prose
from tasks.records import Article, Dropped, RawDocument

STORY = (
    "The council of Ferrymouth met on Monday to talk about the old pier, which has been closed"
    " since the storm in January.\n\n"
    "Nobody spoke against the plan, said the mayor, although the repair costs more than a year's"
    " tolls. Work begins in spring.\n\n"
    "Until then the ferry lands at the quay of the fish market; buses wait there for every boat."
)
MACHINE_TEXTS = {
    "python": '''
        """Reads the tide tables."""
        import csv
        from pathlib import Path

        def read(path):
            rows = list(csv.reader(path.open()))
            return [row for row in rows if row]
    ''',
    "javascript": """
        const pier = require("pier");
        function open(gate) {
            if (!gate.closed) { return; }
            gate.lift();
        }
        module.exports = { open };
    """,
    "packed": "!function(a,b){for(var c=0;c<a.length;c++)b[c]=a[c]&&{d:[c]}||e(c)}(f,{});" * 12,
    "styles": """
        body { margin: 0; padding: 0 }
        .pier > a:hover { color: #c00; }
        @media (max-width: 600px) {
          .pier { display: none; }
        }
    """,
    "sql": """
        CREATE TABLE piers (id integer primary key, name text);
        INSERT INTO piers VALUES (1, 'North');
        SELECT name FROM piers WHERE id = 1;
    """,
    "shell": """
        #!/bin/sh
        set -e
        cd /srv/pier
        curl -O https://pier.example/tides.csv
        echo "done"
    """,
    "log": """
        2025-03-11 02:30:00,123 INFO opened https://pier.example/
        2025-03-11 02:30:01,004 DEBUG crawled (200) <GET https://pier.example/1>
        2025-03-11 02:30:02,090 ERROR no answer within 30 s
    """,
    "server log": """
        192.0.2.7 - - [11/Mar/2025:02:30:00 +0000] "GET / HTTP/1.1" 200 512
        192.0.2.8 - - [11/Mar/2025:02:30:04 +0000] "GET /a HTTP/1.1" 404 90
        192.0.2.7 - - [11/Mar/2025:02:30:09 +0000] "GET /b HTTP/1.1" 200 613
    """,
    "addresses": "\n".join(f"https://pier.example/story-{number}" for number in range(9)),
    "captures": """
        CDX N b a m s k r M S V g
        example,pier)/1 20250311023000 https://pier.example/1 text/html 200 AB - - 12 0 a.warc.gz
        example,pier)/2 20250311023000 https://pier.example/2 text/html 200 AC - - 12 9 a.warc.gz
    """,
    "bibliography": """
        TY  - NEWS
        AU  - Marsh, Ida
        TI  - Pier closed for repairs
        AB  - The council of Ferrymouth met on Monday to talk about the old pier, which is closed.
        ER  -
    """,
    "bibtex": """
        @article{marsh2025,
          author = {Marsh, Ida},
          title = {Pier closed for repairs},
          year = {2025},
        }
    """,
    "robots": "User-agent: *\nDisallow: /search\nDisallow: /login\nSitemap: https://pier.example/s.xml",
    "requirements": "requests==2.31.0\nlxml>=5\nbeautifulsoup4~=4.12\ntqdm",
    "settings": "[pier]\nopen = true\nlength = 120\n\n[ferry]\nseats = 80\n",
    "mail": """
        Received: from quay.example by pier.example; Tue, 11 Mar 2025 02:30:00 +0000
        From: Ida Marsh <ida@pier.example>
        To: desk@pier.example
        Subject: The pier
        Message-ID: <1@pier.example>

        Please find the story about the old pier below. It is ready for the morning.
    """,
    "licence": """
        Permission is hereby granted, free of charge, to any person obtaining a copy of this
        software, to deal in it without restriction. The software is provided "as is", without
        warranty of any kind, including fitness for a particular purpose.
    """,
    "lisp": "(defun tide (hour)\n  (if (= hour 0)\n      1\n      (* hour (tide (- hour 1)))))",
    "container": "FROM tides:3\nWORKDIR /tides\nCOPY . /tides\nCMD run\nEXPOSE 80",
    "query": "SELECT tide\nFROM tides\nWHERE port = 'Ferrymouth'\nORDER BY hour;",
    "log of a mirror": """
        Resolving pier.example... 192.0.2.1
        Connecting to pier.example|192.0.2.1|:80... connected.
        HTTP request sent, awaiting response... 200 OK
        Saving to: 'index.html'
    """,
    "log of changes": f"commit {7:040x}\nAuthor: Ida <ida@pier.example>\n" * 3,
    "head of an answer": "HTTP/1.1 200 OK\nServer: pier\nContent-Type: text/html\nDate: today",
    "list of works": "\n".join(
        f"Marsh, I., & Lund, P. ({year}). On tides and piers. Journal of Ferries, 1(2), 3-9."
        for year in range(2017, 2021)
    ),
    "numbered bibliography": "\n".join(
        f"[{number}] I. Marsh and P. Lund, On tides and piers, Journal of Ferries, 2020."
        for number in range(4)
    ),
    "rows": "id,url,title\n" + "\n".join(f"{n},x{n}.html,The pier is shut" for n in range(5)),
    "titles and addresses": "The pier is shut - https://pier.example/1\n" * 4,
    "news group": """
        Path: news.pier.example!not-for-mail
        From: ida@pier.example
        Newsgroups: rec.ferries
        Subject: Re: the pier

        It is shut.
    """,
    "subtitles": "WEBVTT\n\n00:01.000 --> 00:04.000\nThe pier is shut.",
    "short licence": """
        Everyone is permitted to copy and distribute verbatim or modified copies of this license.
        TERMS AND CONDITIONS FOR COPYING, DISTRIBUTION AND MODIFICATION
        0. You do as you like.
    """,
    "checksums": "\n".join(f"{number:032x}  tides-{number}.csv" for number in range(5)),
    "stop words": "\n".join(
        "a an and are as at be by for from has he in is it its of on".split() * 2
    ),
    "mirror's note": "-q -%i https://pier.example/\nFile generated automatically, do NOT edit",
}
IN_DOUBT = {
    "read me": "# Tides\n\n"
    + STORY
    + "\n\n## Installation\n\n`pip install tides`\n\n## License\n\nMIT",
    "a post with code": STORY + "\n\nimport tides\ntides.read()\nx = tides.next()\n" + STORY[:90],
}
PROSE = {
    "story": STORY,
    "hard-wrapped": STORY.replace(", ", ",\n"),
    "interview": "Ferry: Where do you land?\nMarsh: At the quay, for now.\nFerry: Until when?\n"
    * 3,
    "results": "Ferrymouth 2, Quay Rovers 1\nSaint Orla 0, Pennow 0\n\n" + STORY,
    "with an address": STORY + "\n\nMore at https://pier.example/pier",
    "japanese": "港の評議会は月曜日に古い桟橋について話し合い、春に工事を始める。\n" * 4,
    "russian": "Совет города в понедельник обсудил старый причал, закрытый после бури.\n" * 4,
    "about a licence": STORY + "\n\nThe licence of the ferry ends in May. All rights reserved.",
    "about a pub": "The licence of the Anchor ends in May.\nThe licensee said that all rights"
    " reserved to the port of 1902 stay.\nCopyright holders sue it over music.",
    "about free software": "The firm leaves the MIT License for its own.\nA foundation will go on"
    " under the GNU General Public License.",
    "live report": "08:15:00 The ferry lands at the quay.\n08:20:10 Nobody gets off.\n"
    "08:31:22 The ferry leaves again.",
    "capitals": "FROM THE COAST TO THE HILLS IT SNOWS.\nWHERE IT ENDS NOBODY KNOWS.\nSO IT IS.",
    "about code": STORY + "\n\nThe firm's software license was sold; nobody wrote the code anew.",
}


@pytest.fixture(scope="module")
def settings() -> ProcessSettings:
    return load_settings().process


def text_file(text: str, **fields: object) -> RawDocument:
    values = {"locator": "in/a.html", "position": 0, "media": "text", "body": text.encode()}
    return RawDocument(**{**values, **fields})


@pytest.mark.parametrize("kind", MACHINE_TEXTS)
def test_code_data_and_other_machine_readable_texts_are_not_prose(
    kind: str, settings: ProcessSettings
) -> None:
    found = process_document(text_file(cleandoc(MACHINE_TEXTS[kind])), settings)
    assert isinstance(found, Dropped)
    assert (found.reason, bool(found.detail)) == ("not_prose", True)


@pytest.mark.parametrize("kind", IN_DOUBT)
def test_a_doubtful_text_is_loaded_with_a_flag(kind: str, settings: ProcessSettings) -> None:
    found = process_document(text_file(IN_DOUBT[kind]), settings)
    assert isinstance(found, Article)
    assert "maybe_not_prose" in found.quality_flags


@pytest.mark.parametrize(
    ("locator", "is_doubted"),
    [
        *(("set/README", True), ("bbc.zip!bbc/README.TXT", True), ("LICENSE.md", True)),
        *(("set/readme-day.txt", False), ("set/licences/17.txt", False), ("17.txt", False)),
    ],
)
def test_a_readme_or_licence_that_is_written_like_a_story_is_loaded_with_a_flag(
    locator: str, is_doubted: bool, settings: ProcessSettings
) -> None:
    found = process_document(text_file(STORY, locator=locator), settings)
    assert isinstance(found, Article)
    assert ("maybe_not_prose" in found.quality_flags) is is_doubted


@pytest.mark.parametrize("kind", PROSE)
def test_prose_is_not_doubted(kind: str) -> None:
    assert doubt_prose(PROSE[kind]) is None


def test_the_middle_of_a_long_text_is_judged_too() -> None:
    code = cleandoc(MACHINE_TEXTS["javascript"]) + "\n"
    assert doubt_prose(STORY + "\n" + code * 900) is not None


def test_a_row_of_an_archive_is_loaded_even_if_its_text_is_not_prose(
    settings: ProcessSettings,
) -> None:
    row = text_file(cleandoc(MACHINE_TEXTS["python"]), charset="utf-8")
    found = process_document(row, settings)
    assert isinstance(found, Article)
    assert "maybe_not_prose" in found.quality_flags


def test_short_texts_of_archives_are_loaded(settings: ProcessSettings) -> None:
    for charset in (None, "utf-8"):
        found = process_document(text_file("Pier open again.", charset=charset), settings)
        assert isinstance(found, Article)
        assert found.quality_flags == ("short",)


def test_a_short_text_from_a_server_is_rejected(settings: ProcessSettings) -> None:
    sent = text_file("Not found.", headers=(("content-type", "text/plain"),))
    found = process_document(sent, settings)
    assert isinstance(found, Dropped)
    assert found.reason == "too_short"


def test_a_text_without_words_is_rejected(settings: ProcessSettings) -> None:
    found = process_document(text_file("*** --- ***", charset="utf-8"), settings)
    assert isinstance(found, Dropped)
    assert (found.reason, found.detail) == ("too_short", "no words")


@pytest.mark.parametrize(
    "text",
    [
        "The court kept the consent decree in force. Cookies were not served, said the clerk.",
        "Press and hold the horn until the boat is past the pier: verify you are human to no one.",
        "Page not found, wrote the printer where page six of the almanac should have been.",
    ],
)
def test_plain_texts_are_not_judged_by_the_rules_for_pages(
    text: str, settings: ProcessSettings
) -> None:
    for charset in (None, "utf-8"):
        assert isinstance(process_document(text_file(text, charset=charset), settings), Article)


def test_keep_all_loads_texts_that_are_not_prose(settings: ProcessSettings) -> None:
    code = text_file(cleandoc(MACHINE_TEXTS["python"]))
    found = process_document(code, settings.model_copy(update={"keep_all": True}))
    assert isinstance(found, Article)
    assert "kept_no_article" in found.quality_flags
