"""Any bytes become exactly one record."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import load_settings
from tasks.process.batch import process_batch
from tasks.process.terms import QUALITY_FLAGS
from tasks.reasons import Reason
from tasks.records import Article, Declared, Dropped, RawDocument

SETTINGS = load_settings().process
PIECES = [
    *(b"<html>", b"<p>", b"</p>", b"<div>", b"<br>", b"<script type='application/ld+json'>"),
    *(
        b"</script>",
        b'{"@type": "NewsArticle", "headline": "',
        b'"}',
        b"<h1>",
        b"\xff\xfe",
        b"\x00",
    ),
    *(b"The council met on Tuesday and said that the ferry would run again in spring. " * 5,),
    *(b"\xe9\xe8", b"&amp;", b"<!--", b"-->", b"<table><tr><td>", b"&#55357;", b"<title>"),
]
Bodies = st.one_of(
    st.binary(max_size=2000), st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join)
)


def document(body: bytes, media: str, position: int = 1) -> RawDocument:
    return RawDocument(
        locator=f"page-{position}",
        position=position,
        media="html" if media == "html" else "text",
        body=body,
        url=f"https://courier.example/{position}",
        declared=Declared(published="26-FEB-1987 15:01:01.79") if media == "row" else Declared(),
    )


@settings(max_examples=150, deadline=None)
@given(body=Bodies, media=st.sampled_from(["html", "text", "row"]))
def test_any_bytes_become_one_record_and_no_exception(body: bytes, media: str) -> None:
    (processed,) = process_batch([document(body, media)], SETTINGS)
    record = processed.record
    if isinstance(record, Dropped):
        assert record.reason in set(Reason)
        assert record.reason != "internal_error", record.detail
    else:
        assert record.text.strip()
        assert {flag.partition(":")[0] for flag in record.quality_flags} <= set(QUALITY_FLAGS)


@settings(max_examples=30, deadline=None)
@given(bodies=st.lists(Bodies, max_size=6))
def test_what_goes_in_comes_out_in_the_same_order(bodies: list[bytes]) -> None:
    documents = [document(body, "html", number) for number, body in enumerate(bodies)]
    records = [processed.record for processed in process_batch(documents, SETTINGS)]
    assert [record.position for record in records] == list(range(len(bodies)))


def test_a_text_without_an_address_is_identified_by_its_text_as_found() -> None:
    """Not by the cleaned one: a better cleaner must not double the corpus."""
    story = "The basin opens again\n\n" + "The harbour office opened the basin on Tuesday. " * 8
    one = RawDocument("a.txt", 1, "text", story.encode())
    two = RawDocument("b.txt", 2, "text", ("Skip to content\n" + story).encode())
    first, second = (p.record for p in process_batch([one, two], SETTINGS))
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.content_hash == second.content_hash
    assert first.article_id != second.article_id


@pytest.mark.parametrize(
    ("raw", "instant", "day"),
    [
        ("26-FEB-1987 15:01:01.79", None, "1987-02-26"),
        ("2025-03-11T06:30:00+01:00", "2025-03-11T05:30:00+00:00", "2025-03-11"),
        ("1741674600", "2025-03-11T06:30:00+00:00", "2025-03-11"),
        ("sometime in spring", None, None),
        ("03/04/2021", None, None),
    ],
)
def test_dates_of_rows_are_read_strictly_or_not_at_all(
    raw: str, instant: str | None, day: str | None
) -> None:
    body = b"The harbour office opened the basin on Tuesday. " * 8
    row = RawDocument("d.jsonl#row=1", 1, "text", body, declared=Declared(published=raw))
    (processed,) = process_batch([row], SETTINGS)
    article = processed.record
    assert isinstance(article, Article)
    assert (str(article.published_date) if article.published_date else None) == day
    if instant:
        assert article.published_at is not None
        assert article.published_at.isoformat() == instant
    if day is None:
        assert article.published_at is None
        flag = "date_ambiguous" if raw == "03/04/2021" else "date_unparsable"
        assert flag in article.quality_flags
