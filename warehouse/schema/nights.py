"""Tables and views of nightly runs: pages found and fetched, visits of sources, coverage."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, TEXTS, Column, Table

DISCOVERIES = Table(
    name="discoveries",
    grain="one row per address and place that listed it, per run",
    order_by=("source", "night", "place", "url"),
    bloom=("url_key",),
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("night", pa.date32(), "the local date of the run's scheduled start"),
        Column("source", pa.string(), "configured source"),
        Column("url", pa.string(), "the page's address as listed, absolute"),
        Column("url_key", pa.string(), "normalised address, which identifies the page"),
        Column(
            "how",
            pa.string(),
            "`feed sitemap news_sitemap section front`, or `list`: `backfill --urls`",
        ),
        Column(
            "place",
            pa.string(),
            "address of the feed, sitemap or section page; the list of `backfill --urls`",
        ),
        Column("found_at", INSTANT, "when that list was read"),
        Column("title", pa.string(), "as listed"),
        Column("published", pa.string(), "date as listed"),
        Column("modified", pa.string(), "date of the last change as listed"),
        Column("authors", TEXTS, "as listed"),
        Column("filled_gap", pa.bool_(), "found in a sitemap because a feed may have lost items"),
        Column("verdict", pa.string(), "why it is fetched or not, such as `new`; see Verdicts"),
        Column("position", pa.int32(), "place in that list, from 1; NULL in older rows"),
    ),
)

ADDRESS_KEYS = Table(
    name="address_keys",
    grain="one row per address, found or fetched, whose key newer rules of addresses changed",
    order_by=("url", "rules"),
    columns=(
        Column("url", pa.string(), "the address, as in `fetches` or `discoveries`"),
        Column("url_key", pa.string(), "its key under the newer rules"),
        Column("rules", pa.int32(), "number of these rules; the highest number counts"),
        Column("run_id", pa.string(), "the first run under these rules"),
    ),
)

FETCHES = Table(
    name="fetches",
    grain="one row per attempt to fetch an address, lists and robots.txt included",
    order_by=("source", "night", "started_at"),
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("night", pa.date32(), "the local date of the run's scheduled start"),
        Column("source", pa.string(), "configured source"),
        Column(
            "kind",
            pa.string(),
            "`article feed sitemap section homepage robots tdmrep ccnews`",
        ),
        Column("url", pa.string(), "the requested address"),
        Column("url_key", pa.string(), "normalised address, which identifies the page"),
        Column("how", pa.string(), "how it was found, as in `discoveries`"),
        Column("place", pa.string(), "where it was found"),
        Column("why", pa.string(), "`new carried retry revisit changed`"),
        Column("attempt", pa.int32(), "1, 2, … in this run; 0 if no request was sent"),
        Column("started_at", INSTANT, "when the request was sent"),
        Column("waited_seconds", pa.float64(), "waiting time between requests to the host"),
        Column("first_byte_seconds", pa.float64(), "time until the answer began"),
        Column("seconds", pa.float64(), "the whole exchange, redirects included"),
        Column("status", pa.int32(), "of the HTTP answer"),
        Column("outcome", pa.string(), "`fetched unchanged failed refused postponed`"),
        Column("reason", pa.string(), "why there is no new page, see Fetching"),
        Column("detail", pa.string(), "one line for a person"),
        Column("passing", pa.bool_(), "whether a later attempt may succeed"),
        Column("final_url", pa.string(), "the address that answered"),
        Column("redirects", pa.int32(), "redirects followed"),
        Column("bytes", pa.int64(), "size of the body as sent"),
        Column("content_bytes", pa.int64(), "size of the decoded body"),
        Column("content_type", pa.string(), "as the server declares it"),
        Column("etag", pa.string(), "as the server declares it"),
        Column("last_modified", pa.string(), "as the server declares it"),
        Column("payload_digest", pa.string(), "SHA-1 of the body as sent, as in the WARC record"),
        Column("record_id", pa.string(), "WARC-Record-ID of the response or revisit record"),
        Column("warc_file", pa.string(), "the WARC file, within the warehouse's folder"),
        Column("warc_offset", pa.int64(), "where the record begins in that file"),
        Column("rights", TEXTS, "evidence: reservations in headers and tdmrep.json"),
    ),
)

VISITS = Table(
    name="visits",
    grain="one row per source and nightly run",
    order_by=("source", "night"),
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("night", pa.date32(), "the local date of the run's scheduled start"),
        Column("source", pa.string(), "configured source"),
        Column("homepage", pa.string(), "as configured"),
        Column("entry", pa.string(), "JSON: the source's entry as configured"),
        Column("feeds", TEXTS, "feeds that were requested"),
        Column("sitemaps", TEXTS, "sitemaps that were requested"),
        Column("discovery", pa.string(), "`ok partial failed`: whether its lists could be read"),
        Column("problem", pa.string(), "what went wrong with its lists, in one line"),
        Column(
            "found",
            pa.int64(),
            "different addresses that its lists named, without those that a source before it in "
            "the list of sources named as well; `found = new + known + excluded`",
        ),
        Column("new", pa.int64(), "of found, never requested before, even if they must wait"),
        Column(
            "fetched",
            pa.int64(),
            "pages requested, whether listed tonight or not: `fetched = loaded + revised + "
            "unchanged + rejected + failed`",
        ),
        Column("unchanged", pa.int64(), "of fetched, pages that the warehouse has already"),
        Column("loaded", pa.int64(), "of fetched, new articles"),
        Column("revised", pa.int64(), "of fetched, new versions of known articles"),
        Column("duplicate", pa.int64(), "the same as unchanged"),
        Column("rejected", pa.int64(), "of fetched, documents that are not articles, or unusable"),
        Column("failed", pa.int64(), "of fetched, pages that did not arrive, and failed documents"),
        Column("refused", pa.int64(), "addresses that must not be requested; not in fetched"),
        Column("postponed", pa.int64(), "addresses that wait for another night; not in fetched"),
        Column("newest_at", INSTANT, "publication time of the newest fetched article"),
        Column("possible_loss", pa.bool_(), "whether a feed shares no item with its last visit"),
        Column("filled", pa.int64(), "addresses that sitemaps gave to fill such a gap"),
        Column("known", pa.int64(), "of found, requested before; NULL in old rows of `visits`"),
        Column("excluded", pa.int64(), "of found, addresses that the source's entry leaves out"),
        Column(
            "reread",
            pa.int64(),
            "of fetched, pages fetched before: revisited, or changed according to a list",
        ),
    ),
)

_NIGHTS = Table(
    name="nights",
    grain="one row per source and night",
    columns=(
        Column("night", pa.date32(), "the local date of the scheduled start"),
        Column("source", pa.string(), "configured source"),
        *VISITS.columns[7:],
    ),
)

COVERAGE = Table(
    name="coverage",
    grain="one row per source and day, from its first night or article to its own last night",
    columns=(
        Column("source", pa.string(), "configured source"),
        Column("day", pa.date32(), "the day"),
        Column("published", pa.int64(), "articles in the warehouse that are dated to this day"),
        Column("collected", pa.int64(), "new articles, of any date, that this night brought"),
        Column(
            "state",
            pa.string(),
            "`collected`, `quiet` (visited, nothing new), `possible_loss`, `failed`, `not_visited`",
        ),
        Column("stories", pa.int64(), "different stories among published: clusters of copies"),
    ),
)

SILENT_SOURCES = Table(
    name="silent_sources",
    grain="one row per source without a new article for longer than ever before",
    columns=(
        Column("source", pa.string(), "configured source"),
        Column("last_day", pa.date32(), "the last night that brought a new article"),
        Column("last_night", pa.date32(), "its last night"),
        Column("silent_days", pa.int64(), "days between last_day and last_night"),
        Column("habit_days", pa.int64(), "its longest pause before that, in days"),
    ),
)

_SOURCES = Table(
    name="sources",
    grain="one row per source that was ever visited, as of its last night",
    columns=(
        Column("source", pa.string(), "configured source"),
        Column("homepage", pa.string(), "as configured"),
        Column("entry", pa.string(), "JSON: the source's entry as configured"),
        Column("feeds", TEXTS, "feeds that were requested"),
        Column("sitemaps", TEXTS, "sitemaps that were requested"),
        Column("first_night", pa.date32(), "its first night"),
        Column("last_night", pa.date32(), "its last night"),
        Column("nights", pa.int64(), "nights in which it was visited"),
        Column("articles", pa.int64(), "articles in the warehouse"),
        Column("newest_at", INSTANT, "publication time of the newest of them"),
    ),
)

FORMER_NAMES = Table(
    name="former_names",
    grain="one row per former name of a source; no table shows it as a source any more",
    columns=(
        Column("former_name", pa.string(), "the name in `formerly` of the source's entry"),
        Column("source", pa.string(), "the present name, which all tables show"),
    ),
)

PROMINENCE = Table(
    name="prominence",
    grain="one row per article and list that named it on some night: front page, section or feed",
    columns=(
        Column("article_id", pa.string(), "the article"),
        Column("list", pa.string(), "address of the front page, section page or feed"),
        Column("how", pa.string(), "`front section feed`"),
        Column("first_night", pa.date32(), "the first night on which the list named it"),
        Column("last_night", pa.date32(), "the last one"),
        Column(
            "nights",
            pa.int64(),
            "number of these nights; a night on which the list was unchanged is not counted",
        ),
        Column("first_position", pa.int32(), "place in the list on the first night, from 1"),
        Column("best_position", pa.int32(), "the smallest place on any night"),
    ),
)

NIGHT_VIEWS = (_NIGHTS, COVERAGE, PROMINENCE, SILENT_SOURCES, _SOURCES, FORMER_NAMES)
