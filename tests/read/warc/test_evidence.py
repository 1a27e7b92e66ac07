import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tasks.raw.warc_files import Original, WarcFiles
from tasks.raw.warc_records import Exchange, page_exchange, warcinfo
from tasks.read.place import Place, Tally
from tasks.read.warc.framings import GzipFraming
from tasks.read.warc.records import read_records
from tasks.reasons import Reason
from tasks.records import Declared, Dropped
from tasks.web.exchange import Evidence
from tests.fetch.exchanges import STARTED, answer
from tests.read.samples import documents, page, read, reasons, recompress, record, settings

EVIDENCE = Evidence(
    source="courier",
    timezone="Europe/Paris",
    language="fr",
    how="feed",
    place="https://courier.example/feed",
    found_at=datetime(2025, 3, 11, 6, 0, tzinfo=UTC),
    title="Ferry returns",
    published="Tue, 11 Mar 2025 06:30:00 +0100",
    modified="2025-03-11T07:00:00Z",
    authors=("Ada Brook", "Bo Lind"),
    rights=("tdm-reservation:1",),
    hops=("https://courier.example/old",),
)
DECLARED = Declared(
    title="Ferry returns",
    authors=("Ada Brook", "Bo Lind"),
    published="Tue, 11 Mar 2025 06:30:00 +0100",
    language="fr",
    publication="courier",
    origin="feed",
    timezone="Europe/Paris",
    rights=("tdm-reservation:1",),
)


def exchange(number: int = 0, evidence: Evidence = EVIDENCE) -> Exchange:
    return page_exchange(answer(number), evidence)


def write(folder: Path, *members: bytes) -> Path:
    path = folder / "a.warc.gz"
    path.write_bytes(b"".join(members))
    return path


def declared(folder: Path, *members: bytes) -> list[Declared]:
    return [document.declared for document in documents(read(write(folder, *members)))]


def beside(one: Exchange, old: bytes, new: bytes) -> bytes:
    """The exchange's metadata record with a change."""
    return recompress(one.evidence, (old, new))


def test_what_was_known_of_a_page_comes_with_it(tmp_path):
    one = exchange()

    assert declared(tmp_path, one.request, one.answer, one.evidence) == [DECLARED]


@pytest.mark.parametrize("wrap", [gzip.compress, lambda data: data])
def test_records_within_one_member_or_uncompressed_find_their_evidence_too(tmp_path, wrap):
    plain = b"".join(
        gzip.decompress(member)
        for number in range(3)
        for member in (exchange(number).answer, exchange(number).evidence)
    )
    one = exchange(7)
    alone = gzip.decompress(one.answer) + gzip.decompress(one.evidence)

    assert declared(tmp_path, wrap(alone)) == [DECLARED]
    assert declared(tmp_path, wrap(plain)) == [Declared()] * 3  # made twice, with other ids


def test_the_metadata_of_another_record_and_of_other_crawlers_are_left_alone(tmp_path):
    one, two = exchange(1), exchange(2)
    foreign = beside(one, b'"broadsheet"', b'"elsewhere!"')
    no_json = beside(one, b'{"broadsheet"', b'["broadsheet"')
    kind = beside(one, b"WARC-Type: metadata", b"WARC-Type: conversion")

    found = declared(
        tmp_path,
        one.answer, two.evidence,
        one.answer, foreign,
        one.answer, no_json,
        one.answer, kind,
        one.answer, one.request, one.evidence,
        one.evidence, two.answer, two.evidence,
    )  # fmt: skip

    assert found == [*[Declared()] * 5, DECLARED]


def test_revisits_and_pages_that_are_dropped_keep_their_source_and_time(tmp_path):
    with WarcFiles(tmp_path, "courier", 10**9) as files:
        files.write_page(answer(0, b" "), EVIDENCE)
        files.write_page(answer(1, headers=(("Content-Type", "image/png"),)), EVIDENCE)
        files.write_revisit(
            answer(2), EVIDENCE, Original("urn:uuid:1", "https://a.example", STARTED)
        )

    outcomes = read(tmp_path)

    assert reasons(outcomes) == ["empty", "not_html", "revisit"]
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, Dropped)
        assert outcome.url == f"https://courier.example/{number}"
        assert (outcome.fetched_at, outcome.publication) == (STARTED, "courier")


def test_a_page_that_processing_drops_keeps_its_source_and_time(tmp_path):
    one = exchange()
    (document,) = documents(read(write(tmp_path, one.answer, one.evidence)))

    dropped = document.dropped(Reason.TOO_SHORT)

    assert (dropped.fetched_at, dropped.publication) == (STARTED, "courier")


def test_damaged_evidence_costs_itself_only(tmp_path):
    one, two = exchange(1), exchange(2)
    broken = one.evidence[:60] + b"\x55" * 40 + one.evidence[100:]

    outcomes = read(write(tmp_path, one.answer, broken, two.answer, two.evidence))

    assert [document.declared for document in documents(outcomes)] == [Declared(), DECLARED]
    assert len(outcomes) == 3


def test_evidence_cut_off_at_the_end_costs_itself_only(tmp_path):
    one = exchange()

    outcomes = read(write(tmp_path, one.answer, one.evidence[:-30]))

    assert [document.declared for document in documents(outcomes)] == [Declared()]
    assert reasons(outcomes) == ["truncated"]


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ((b'"Europe/Paris"', b'"Atlantis/Po"'), "timezone", ""),
        ((b'"Europe/Paris"', b'"../../../../x"'), "timezone", ""),
        ((b'"Europe/Paris"', b"17"), "timezone", ""),
        ((b'"Ferry returns"', b"true"), "title", None),
        ((b'["Ada Brook", "Bo Lind"]', b'"Ada Brook"'), "authors", ()),
        ((b'["Ada Brook", "Bo Lind"]', b'[null, {"a": 1}, "Ada"]'), "authors", ("Ada",)),
    ],
)
def test_evidence_that_is_not_of_the_right_kind_is_as_if_it_were_not_there(
    tmp_path, change, field, value
):
    one = exchange()
    content = gzip.decompress(one.evidence).replace(*change)
    head, _, block = content[:-4].partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    lines.append(b"Content-Length: %d" % len(block))
    changed = gzip.compress(b"\r\n".join(lines) + b"\r\n\r\n" + block + b"\r\n\r\n")

    (found,) = declared(tmp_path, one.answer, changed)

    assert found == replace(DECLARED, **{field: value})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = ("source", "timezone", "language", "title", "published", "authors", "rights")


@effort(max_examples=100, deadline=None)
@given(content=st.dictionaries(st.sampled_from(FIELDS), json_values) | json_values)
def test_any_json_beside_a_page_leaves_the_page(tmp_path_factory, content):
    if isinstance(content, dict):
        content = {"broadsheet": 1, **content}
    one = exchange()
    record_id = f"<{one.record_id}>"
    metadata = record(
        0,
        json.dumps(content).encode(),
        kind="metadata",
        http={"Content-Type": "application/json"},
        warc={"WARC-Concurrent-To": record_id},
    )

    path = write(tmp_path_factory.mktemp("any"), one.answer, metadata)

    (document,) = read(path)
    assert document.url == "https://courier.example/0"


@effort(max_examples=60, deadline=None)
@given(size=st.integers(300, 6000), count=st.integers(1, 12), most=st.integers(1_000, 20_000))
def test_the_split_gives_every_page_once_with_its_evidence(tmp_path_factory, size, count, most):
    folder = tmp_path_factory.mktemp("split")
    with WarcFiles(folder, "courier", most) as files:
        for number in range(count):
            body = page(number, 20 + 37 * (number % 7))
            files.write_page(answer(number, body), replace(EVIDENCE, title=f"Story {number}"))

    whole, parts = read(folder), read(folder, batch_bytes=size)

    assert parts == whole
    assert [(document.url, document.declared.title) for document in documents(parts)] == [
        (f"https://courier.example/{number}", f"Story {number}") for number in range(count)
    ]


@pytest.mark.parametrize("kept", ["answer", "evidence"])
def test_a_range_that_ends_between_a_page_and_its_evidence_looks_beyond_its_end(tmp_path, kept):
    """Every range of a file of two pages: the page belongs to the range that it begins in."""
    one, two = exchange(1), exchange(2)
    path = write(tmp_path, warcinfo("a", "a"), one.answer, one.evidence, two.answer, two.evidence)
    border = path.read_bytes().index(getattr(one, kept)) + 1
    found = []
    for span in ((0, border), (border, None)):
        place = Place("a", "a", Tally(0), settings(), {})
        with path.open("rb") as stream:
            framing = GzipFraming(stream, settings())
            found += list(read_records(framing, place, span, by_offset=True))

    assert [(document.url[-1], document.declared) for document in found] == [
        ("1", DECLARED),
        ("2", DECLARED),
    ]
