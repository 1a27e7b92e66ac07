"""Revisit records, which state that an address had the bytes of an earlier capture."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.pipeline.archives import page
from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

FERRY = "https://courier.example/ferry"


class Archive:
    """A WARC file into which captures are written in their order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._out = path.open("wb")
        self._writer = WARCWriter(self._out, gzip=True)

    def page(self, number: int, day: int, url: str = FERRY, body: str | None = None) -> str:
        """Write a response record and return the digest of its payload."""
        payload = io.BytesIO((body or page(number)).encode())
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = self._writer.create_warc_record(
            url,
            "response",
            payload=payload,
            http_headers=headers,
            warc_headers_dict={"WARC-Date": at(day)},
        )
        self._writer.write_record(record)
        return str(record.rec_headers.get_header("WARC-Payload-Digest"))

    def revisit(self, day: int, url: str = FERRY, **named: str) -> None:
        """Write a revisit record; `named` are its headers, such as Refers_To_Date."""
        headers = {f"WARC-{name.replace('_', '-')}": value for name, value in named.items()}
        record = self._writer.create_warc_record(
            url,
            "revisit",
            http_headers=StatusAndHeaders("304 Not Modified", [], protocol="HTTP/1.1"),
            warc_headers_dict={**headers, "WARC-Date": at(day)},
        )
        self._writer.write_record(record)

    def load(self) -> list[tuple[str, str | None]]:
        """Ingest the file and return outcome and reason of its records."""
        self._out.close()
        run("ingest", self.path, "-w", self.path.parent / "w")
        rows = ask(
            self.path.parent / "w",
            "select outcome, reason from documents where run_id = (select max(run_id) from runs) "
            "order by fetched_at, locator",
        )
        return [(row["outcome"], row["reason"]) for row in rows]


def at(day: int) -> str:
    return datetime(2025, 3, day, 12, tzinfo=UTC).isoformat().replace("+00:00", "Z")


def versions(folder: Path) -> list[tuple[int, str, str | None, bool]]:
    """Return version, title and reason of change of all versions, and whether each is current."""
    rows = ask(
        folder / "w",
        "select version, title, change_reason, superseded.version is null as is_current "
        "from article_versions left join superseded using (article_id, version) order by version",
    )
    return [tuple(row.values()) for row in rows]  # type: ignore[misc]


@pytest.mark.parametrize("together", [True, False])
def test_a_revisit_is_a_duplicate_of_the_capture_that_it_names(
    tmp_path: Path, together: bool
) -> None:
    first = Archive(tmp_path / "1.warc.gz")
    first.page(1, day=1)
    second = first if together else Archive(tmp_path / "2.warc.gz")
    found = [] if together else first.load()
    second.revisit(3, Refers_To_Target_URI=FERRY, Refers_To_Date=at(1))
    assert [*found, *second.load()] == [("loaded", None), ("duplicate", "revisit")]
    assert versions(tmp_path) == [(1, "District 1 decides", None, True)]


def test_a_revisit_at_another_spelling_of_the_address_is_a_duplicate(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "1.warc.gz")
    archive.page(1, day=1)
    archive.revisit(2, f"{FERRY}?utm_source=rss")
    assert archive.load() == [("loaded", None), ("duplicate", "revisit")]


def test_a_revisit_is_found_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "1.warc.gz")
    digest = archive.page(1, day=1)
    archive.page(2, day=2)
    archive.revisit(3, Payload_Digest=digest)
    assert archive.load() == [("loaded", None), ("revised", None), ("revised", None)]
    assert [title for _, title, _, _ in versions(tmp_path)] == [
        "District 1 decides",
        "District 2 decides",
        "District 1 decides",
    ]


def test_a_revisit_of_a_lost_capture_finds_the_article_of_an_older_one(tmp_path: Path) -> None:
    """The print view is known by its own address only in the ledger; the capture named is not."""
    first = Archive(tmp_path / "1.warc.gz")
    first.page(1, day=1)
    canonical = f'<link rel="canonical" href="{FERRY}"></head>'
    printed = page(1).replace("</head>", canonical, 1)
    assert canonical in printed
    first.page(1, day=2, url=f"{FERRY}/print", body=printed)
    assert first.load() == [("loaded", None), ("duplicate", "same_text")]
    second = Archive(tmp_path / "2.warc.gz")
    named = {"Refers_To_Target_URI": f"{FERRY}/print", "Refers_To_Date": at(20)}
    second.revisit(21, f"{FERRY}/print", **named)
    assert second.load() == [("duplicate", "revisit")]


@pytest.mark.parametrize("together", [True, False])
def test_a_revisit_that_names_an_earlier_text_makes_that_text_current_again(
    tmp_path: Path, together: bool
) -> None:
    first = Archive(tmp_path / "1.warc.gz")
    first.page(1, day=1)
    first.page(2, day=2, url=f"{FERRY}?utm_source=rss")
    second = first if together else Archive(tmp_path / "2.warc.gz")
    found = [] if together else first.load()
    second.revisit(3, Refers_To_Target_URI=FERRY, Refers_To_Date=at(1))
    assert [*found, *second.load()] == [("loaded", None), ("revised", None), ("revised", None)]
    assert versions(tmp_path) == [
        (1, "District 1 decides", None, False),
        (2, "District 2 decides", "publisher", False),
        (3, "District 1 decides", "publisher", True),
    ]
    [shown] = ask(tmp_path / "w", "select url, locator, fetched_at from articles")
    [stored] = ask(tmp_path / "w", "select locator from article_versions where version = 1")
    assert shown["url"] == FERRY
    assert shown["locator"] == stored["locator"], "where the bytes are"
    assert shown["fetched_at"].startswith("2025-03-03")


def test_a_revisit_without_a_reference_stands_for_the_last_capture_of_its_address(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path / "1.warc.gz")
    archive.page(1, day=1)
    archive.page(2, day=2)
    archive.revisit(3)
    assert archive.load()[2] == ("duplicate", "revisit")


def test_a_revisit_of_a_page_that_was_rejected_is_rejected_for_the_same_reason(
    tmp_path: Path,
) -> None:
    first = Archive(tmp_path / "1.warc.gz")
    first.page(1, day=1, body="<html><title>Ferry</title><p>Soon.</p></html>")
    first.revisit(2, Refers_To_Target_URI=FERRY, Refers_To_Date=at(1))
    [(outcome, reason), again] = first.load()
    assert outcome == "rejected"
    assert again == (outcome, reason)
    second = Archive(tmp_path / "2.warc.gz")
    second.revisit(3, Refers_To_Target_URI=FERRY, Refers_To_Date=at(1))
    assert second.load() == [(outcome, reason)]


def test_a_revisit_of_an_unknown_capture_is_rejected(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "1.warc.gz")
    archive.page(1, day=1, url="https://courier.example/other")
    archive.revisit(3, Refers_To_Target_URI=FERRY, Refers_To_Date=at(1))
    assert archive.load() == [("loaded", None), ("rejected", "revisit")]
