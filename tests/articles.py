"""Processed articles for tests of what comes after processing."""

from dataclasses import replace
from datetime import UTC, datetime

import xxhash

from tasks.records import Article

EMPTY = Article(
    locator="",
    position=0,
    article_id="",
    url=None,
    url_canonical=None,
    url_key=None,
    domain="courier.example",
    publication=None,
    title="The basin opens again",
    description=None,
    text="",
    authors=("Ida Marsh",),
    published_at=datetime(2025, 3, 11, 6, 30, tzinfo=UTC),
    published_date=datetime(2025, 3, 11).date(),
    published_precision="minute",
    published_source="jsonld",
    modified_at=None,
    fetched_at=None,
    language="en",
    language_score=0.9,
    section=None,
    image_url=None,
    dateline=None,
    keywords=(),
    page_type="article",
    access_state="full",
    rights=(),
    word_count=3,
    extractor="trafilatura",
    extractor_version="0",
    content_hash="",
    payload_digest="",
    quality_flags=(),
    date_candidates=(),
    bytes=100,
    learned_lines=(),
    whole_hash="",
    own_key=None,
)


def article(
    url: str, text: str, *, position: int, day: int | None = None, page: str | None = None
) -> Article:
    """One article, fetched on a day in March 2025; `page` stands for the bytes around its text."""
    hashed = xxhash.xxh3_128_hexdigest(text.encode())
    return replace(
        EMPTY,
        locator=f"night.warc.gz#offset={position}",
        position=position,
        article_id=xxhash.xxh3_128_hexdigest(url.encode()),
        url=url,
        url_key=url,
        own_key=url,
        text=text,
        fetched_at=None if day is None else datetime(2025, 3, day, tzinfo=UTC),
        content_hash=hashed,
        whole_hash=hashed,
        payload_digest=xxhash.xxh3_128_hexdigest((page or text).encode()),
    )
