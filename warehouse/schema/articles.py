"""Tables of articles, their versions and dates, the ledger of documents, runs and repairs."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, TEXTS, Column, Table
from warehouse.schema.stories import FINGERPRINT_FIELDS
from warehouse.schema.texts import IMAGE_LIST, LINK_LIST

# Columns from processing that `reprocess` does not compare. They follow from other columns,
# identify the bytes or the extractor, or may differ by rounding alone.
NOT_COMPARED = frozenset(
    {
        *("url", "url_key", "domain", "fetched_at", "language_score", "word_count"),
        *("extractor", "extractor_version", "content_hash", "payload_digest", "locator"),
        *("learned_lines", "whole_hash", "own_key"),
    }
)


def _by_process(*columns: tuple[str, pa.DataType, str]) -> tuple[Column, ...]:
    return tuple(
        Column(name, kind, meaning, "process", is_compared=name not in NOT_COMPARED)
        for name, kind, meaning in columns
    )


ARTICLE_VERSIONS = Table(
    name="article_versions",
    grain="one row per version of an article, kept for ever",
    sort_by="published_at",
    order_by=("published_at", "article_id", "version"),
    bloom=("url_key", "own_key", "article_id"),
    columns=(
        Column("article_id", pa.string(), "128-bit hash of url_key, else of the text as found"),
        Column("version", pa.int32(), "1, 2, … per article, in the order of loading"),
        Column(
            "change_reason",
            pa.string(),
            "NULL for version 1, else `publisher`, `reprocess`, `input` (the texts differ and one "
            "of them has no capture time), or `unknown` (another extractor read the earlier bytes, "
            "which are gone)",
        ),
        *_by_process(
            ("url", pa.string(), "as given with the document"),
            ("url_canonical", pa.string(), "as the page declares it"),
            ("url_key", pa.string(), "key of the canonical URL if it is believed, else of `url`"),
        ),
        Column("source", pa.string(), "configured source, or the archive's publication"),
        *_by_process(
            ("domain", pa.string(), "registered domain; `a.blogspot.com` counts as one, too"),
            ("title", pa.string(), "headline without the site's name, NFC"),
            ("description", pa.string(), "summary as the page declares it"),
            ("text", pa.string(), "cleaned, NFC; paragraphs separated by a blank line"),
            ("authors", TEXTS, "names only"),
            ("published_at", INSTANT, "instant in UTC; 00:00 where only the day is known"),
            ("published_date", pa.date32(), "the calendar day as the publisher states it"),
            ("published_precision", pa.string(), "`second minute day month`"),
            (
                "published_source",
                pa.string(),
                "where the date was found: `jsonld meta microdata time url feed text archive`",
            ),
            ("modified_at", INSTANT, "last change as the page declares it"),
            ("fetched_at", INSTANT, "when these bytes were fetched; NULL if unknown"),
        ),
        Column("first_seen_at", INSTANT, "fetched_at of version 1"),
        Column("loaded_at", INSTANT, "when this row was loaded"),
        *_by_process(
            ("language", pa.string(), "ISO 639-1 from the text; `und` if too short to tell"),
            ("language_score", pa.float32(), "confidence in the language, 0 to 1"),
            ("section", pa.string(), "as the page declares it"),
            ("image_url", pa.string(), "as the page declares it"),
            ("dateline", pa.string(), "as the page declares it"),
            ("keywords", TEXTS, "as the page declares them"),
            ("page_type", pa.string(), "`article`, `live`, …"),
            ("access_state", pa.string(), "`full truncated paywalled unknown`"),
            ("rights", TEXTS, "evidence: licence link, `noai`, TDM reservation, robots"),
            ("word_count", pa.int32(), "words of the text"),
            ("extractor", pa.string(), "which lane produced the text"),
            ("extractor_version", pa.string(), "version of the extractor"),
            ("content_hash", pa.string(), "hash of the normalised text"),
            ("payload_digest", pa.string(), "hash of the original bytes"),
        ),
        Column("cluster_id", pa.string(), "the smallest article_id among all copies of the story"),
        *_by_process(
            ("quality_flags", TEXTS, "standard terms, see Quality flags"),
            ("locator", pa.string(), "where the bytes are"),
        ),
        Column("run_id", pa.string(), "the run that loaded the row"),
        *_by_process(
            ("learned_lines", TEXTS, "lines removed as boilerplate, in their order in the text"),
            ("whole_hash", pa.string(), "content_hash of the text including these lines"),
            ("own_key", pa.string(), "key of `url` itself, whatever the page declares"),
        ),
        Column(
            "claimed_key",
            pa.string(),
            "key of the canonical URL that the page declares, if the page alone makes it "
            "believable; else as own_key",
        ),
        Column(
            "extra",
            pa.string(),
            "fields of the input that have no column here, with their own names and nesting; not "
            "part of content_hash",
            origin="process",
            is_json=True,
        ),
    ),
)

SUPERSEDED = Table(
    name="superseded",
    grain="one row per version that is not its article's current one",
    order_by=("article_id", "version", "change"),
    columns=(
        Column("article_id", pa.string(), "the article"),
        Column("version", pa.int32(), "its outdated version"),
        Column("run_id", pa.string(), "the run that found a newer one"),
        Column(
            "change",
            pa.int32(),
            "number of the change: 1, 2, … per version; NULL in older rows, for 1",
        ),
        Column(
            "is_outdated",
            pa.bool_(),
            "false if a run found that the version is the current one after all; the newest "
            "change counts, and only outdated versions are published; NULL in older rows, for true",
        ),
    ),
)

ARTICLE_KEYS = Table(
    name="article_keys",
    grain="one row per key of an article that newer rules of addresses changed",
    order_by=("article_id", "stored_key", "rules"),
    columns=(
        Column("article_id", pa.string(), "the article; it keeps its id"),
        Column("stored_key", pa.string(), "url_key or claimed_key in its versions"),
        Column("url_key", pa.string(), "the same key under the newer rules"),
        Column("rules", pa.int32(), "number of these rules; the highest number counts"),
        Column("run_id", pa.string(), "the first run under these rules"),
    ),
)

DATE_CANDIDATES = Table(
    name="date_candidates",
    grain="one row per date seen in a loaded version",
    order_by=("article_id", "version", "rank"),
    columns=(
        Column("article_id", pa.string(), "the article"),
        Column("version", pa.int32(), "its version"),
        Column("rank", pa.int32(), "order in which the dates were considered, from 1"),
        Column("source", pa.string(), "as published_source"),
        Column("place", pa.string(), "where exactly, such as `meta[article:published_time]`"),
        Column("raw", pa.string(), "as written"),
        Column("instant", INSTANT, "in UTC; NULL where only the day or month is known"),
        Column("day", pa.date32(), "calendar day as written; NULL if it does not parse"),
        Column("precision", pa.string(), "`second minute day month`"),
        Column("verdict", pa.string(), "`chosen`, or why not"),
        Column("run_id", pa.string(), "the run that loaded the version"),
    ),
)

DOCUMENTS = Table(
    name="documents",
    grain="one row per document and run: the ledger",
    order_by=("run_id", "locator"),
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("locator", pa.string(), "where the document's bytes are; unique within the run"),
        Column("source", pa.string(), "configured source, or the archive's publication"),
        Column("url", pa.string(), "as given with the document"),
        Column("outcome", pa.string(), "`loaded revised duplicate rejected failed`"),
        Column("step", pa.string(), "the stage that decided: `read process resolve`"),
        Column("reason", pa.string(), "why it was dropped or is a duplicate; NULL if loaded"),
        Column("detail", pa.string(), "one line for a person"),
        Column("page_type", pa.string(), "what kind of page it is, where that is known"),
        Column("article_id", pa.string(), "the article that it became, or that it duplicates"),
        Column("version", pa.int32(), "the version that it became, or that it duplicates"),
        Column("fetched_at", INSTANT, "when these bytes were fetched; NULL if unknown"),
        Column("bytes", pa.int64(), "size of the document as read"),
        Column("seconds", pa.float64(), "processing time"),
        Column("whole_hash", pa.string(), "as in article_versions; NULL if it is not an article"),
        Column(
            "extra",
            pa.string(),
            "fields of the input that have no column in articles; NULL if the version that the "
            "document became has them",
            is_json=True,
        ),
    ),
)

RUNS = Table(
    name="runs",
    grain="one row per run",
    order_by=("run_id",),
    columns=(
        Column("run_id", pa.string(), "time of the start and hash of the plan"),
        Column("flow", pa.string(), "`ingest`, …"),
        Column("parameters", pa.string(), "JSON: what the run was called with"),
        Column("inputs", TEXTS, "absolute paths, as named"),
        Column("started_at", INSTANT, "when it was first started"),
        Column("finished_at", INSTANT, "when its last table was committed"),
        Column("documents", pa.int64(), "documents read"),
        Column("loaded", pa.int64(), "new articles"),
        Column("revised", pa.int64(), "new versions of known articles"),
        Column("duplicate", pa.int64(), "documents that were known already"),
        Column("rejected", pa.int64(), "documents that are not articles, or unusable"),
        Column("failed", pa.int64(), "documents that could not be read or processed"),
        Column("code_version", pa.string(), "Broadsheet's version and commit: `X.Y.Z+g<commit>`"),
        Column("extractor_version", pa.string(), "the extractor's version"),
        Column("snapshots", pa.string(), "JSON: Iceberg snapshot id of each table"),
    ),
)

REPAIRS = Table(
    name="repairs",
    grain="one row per file that `broadsheet repair` set aside, and per run of which rows were "
    "missing without a trace of their file",
    order_by=("run_id", "table", "file"),
    columns=(
        Column("run_id", pa.string(), "the repair"),
        Column("table", pa.string(), "the table that the file belonged to"),
        Column("file", pa.string(), "the file, within the warehouse's folder; NULL if unknown"),
        Column("rows", pa.int64(), "rows that were lost with it; NULL if unknown"),
        Column("healed", pa.int64(), "how many of these rows were restored; NULL if unknown"),
        Column(
            "held_run_id", pa.string(), "the run whose rows these were; NULL if unknown, or several"
        ),
        Column("detail", pa.string(), "what was wrong"),
    ),
)

DATE_CANDIDATE_STRUCT = pa.struct(
    [
        pa.field(column.name, column.type)
        for column in DATE_CANDIDATES
        if column.name not in {"article_id", "version", "rank", "run_id"}
    ]
)

_DATES = (
    *("published_at", "published_date", "published_precision", "published_source"),
    "modified_at",
)
# The dates of a document under one order of day and month, with columns as in article_versions.
DATE_READING_STRUCT = pa.struct(
    [
        pa.field("day_order", pa.string()),
        *(pa.field(c.name, c.type) for c in ARTICLE_VERSIONS if c.name in _DATES),
        pa.field("date_flags", TEXTS),
        pa.field("date_candidates", pa.list_(pa.field("element", DATE_CANDIDATE_STRUCT))),
    ]
)

# Grain: one row per processed document of a batch. `outcome` is NULL if it became an article.
PROCESSED = pa.schema(
    [
        pa.field("position", pa.int64()),
        pa.field("outcome", pa.string()),
        pa.field("step", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("bytes", pa.int64()),
        pa.field("seconds", pa.float64()),
        pa.field("article_id", pa.string()),
        pa.field("publication", pa.string()),
        # For a revisit record, the earlier capture that it names.
        pa.field("refers_to_record", pa.string()),
        pa.field("refers_to_url", pa.string()),
        pa.field("refers_to_at", INSTANT),
        pa.field("refers_to_digest", pa.string()),
        *(pa.field(c.name, c.type) for c in ARTICLE_VERSIONS if c.origin == "process"),
        pa.field("date_candidates", pa.list_(pa.field("element", DATE_CANDIDATE_STRUCT))),
        # Of a page whose dates have two readings, until its site's order is known.
        pa.field("readings", pa.list_(pa.field("element", DATE_READING_STRUCT))),
        *(pa.field("links", LINK_LIST), pa.field("images", IMAGE_LIST)),
        *FINGERPRINT_FIELDS,
    ]
)
