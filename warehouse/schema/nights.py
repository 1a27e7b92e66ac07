"""What was found, asked for and fetched, night by night."""

import pyarrow as pa

from warehouse.schema.columns import INSTANT, TEXTS, Column, Table

DISCOVERIES = Table(
    name="discoveries",
    grain="one row per address and place that listed it, per run",
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("night", pa.date32(), "the local date of the run's scheduled start"),
        Column("source", pa.string(), "configured source"),
        Column("url", pa.string(), "the page's address as listed, absolute"),
        Column("url_key", pa.string(), "without tracking parameters: what identifies it"),
        Column("how", pa.string(), "`feed sitemap news_sitemap section`"),
        Column("place", pa.string(), "address of the feed, sitemap or section page"),
        Column("found_at", INSTANT, "when it was read there"),
        Column("title", pa.string(), "as listed"),
        Column("published", pa.string(), "date as listed"),
        Column("modified", pa.string(), "date of the last change as listed"),
        Column("authors", TEXTS, "as listed"),
        Column("filled_gap", pa.bool_(), "looked for because a feed may have lost items"),
        Column("verdict", pa.string(), "`new`, or why it was not fetched for that, see Verdicts"),
    ),
)

ADDRESS_KEYS = Table(
    name="address_keys",
    grain="one row per address, found or fetched, whose key newer rules of addresses changed",
    columns=(
        Column("url", pa.string(), "the address, as there"),
        Column("url_key", pa.string(), "its key by the newer rules"),
        Column("rules", pa.int32(), "number of these rules; the highest counts"),
        Column("run_id", pa.string(), "the first run under these rules"),
    ),
)

FETCHES = Table(
    name="fetches",
    grain="one row per attempt to fetch an address, lists and robots.txt included",
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("night", pa.date32(), "the local date of the run's scheduled start"),
        Column("source", pa.string(), "configured source"),
        Column(
            "kind",
            pa.string(),
            "`article feed sitemap section homepage robots tdmrep ccnews`",
        ),
        Column("url", pa.string(), "the address asked for"),
        Column("url_key", pa.string(), "without tracking parameters: what identifies it"),
        Column("how", pa.string(), "how it was found: `feed sitemap news_sitemap section`"),
        Column("place", pa.string(), "where it was found"),
        Column("why", pa.string(), "`new carried retry revisit changed`"),
        Column("attempt", pa.int32(), "1, 2, … in this run; 0 if it was not asked at all"),
        Column("started_at", INSTANT, "when the request was sent"),
        Column("waited_seconds", pa.float64(), "for the host's turn"),
        Column("first_byte_seconds", pa.float64(), "until the answer began"),
        Column("seconds", pa.float64(), "the whole exchange, redirects included"),
        Column("status", pa.int32(), "of the HTTP answer"),
        Column("outcome", pa.string(), "`fetched unchanged failed refused postponed`"),
        Column("reason", pa.string(), "why there is no new page, see Fetching"),
        Column("detail", pa.string(), "one line for a person"),
        Column("passing", pa.bool_(), "whether it may go better another time"),
        Column("final_url", pa.string(), "the address that answered"),
        Column("redirects", pa.int32(), "redirects followed"),
        Column("bytes", pa.int64(), "of the body as sent"),
        Column("content_bytes", pa.int64(), "of the body decoded"),
        Column("content_type", pa.string(), "as the server declares it"),
        Column("etag", pa.string(), "as the server declares it"),
        Column("last_modified", pa.string(), "as the server declares it"),
        Column("payload_digest", pa.string(), "SHA-1 of the body as sent, as in the WARC record"),
        Column("record_id", pa.string(), "WARC-Record-ID of the response or revisit record"),
        Column("warc_file", pa.string(), "the WARC file, within the warehouse's folder"),
        Column("warc_offset", pa.int64(), "where the record begins in it"),
        Column("rights", TEXTS, "evidence: reservations in headers and tdmrep.json"),
    ),
)

VISITS = Table(
    name="visits",
    grain="one row per source and nightly run",
    columns=(
        Column("run_id", pa.string(), "the run"),
        Column("night", pa.date32(), "the local date of the run's scheduled start"),
        Column("source", pa.string(), "configured source"),
        Column("homepage", pa.string(), "as configured"),
        Column("entry", pa.string(), "JSON: the source's entry as configured"),
        Column("feeds", TEXTS, "feeds that were asked"),
        Column("sitemaps", TEXTS, "sitemaps that were asked"),
        Column("discovery", pa.string(), "`ok partial failed`: whether its lists could be read"),
        Column("problem", pa.string(), "what went wrong with its lists, in a line"),
        Column(
            "found",
            pa.int64(),
            "addresses that its lists named, each once, and not those that a source before it in "
            "the list of sources named, too; `found = new + known + excluded`",
        ),
        Column("new", pa.int64(), "of these, never asked for before; also if they must wait"),
        Column(
            "fetched",
            pa.int64(),
            "pages asked for, listed tonight or not: `fetched = loaded + revised + unchanged + "
            "rejected + failed`",
        ),
        Column("unchanged", pa.int64(), "of fetched, what the warehouse has already, as it is"),
        Column("loaded", pa.int64(), "of fetched, new articles"),
        Column("revised", pa.int64(), "of fetched, new versions of known articles"),
        Column("duplicate", pa.int64(), "the same as unchanged"),
        Column("rejected", pa.int64(), "of fetched, documents that are no articles, or unusable"),
        Column("failed", pa.int64(), "of fetched, pages that did not come, and failed documents"),
        Column("refused", pa.int64(), "addresses that must not be asked; not in fetched"),
        Column("postponed", pa.int64(), "addresses that wait for another night; not in fetched"),
        Column("newest_at", INSTANT, "publication of the newest article that was fetched"),
        Column("possible_loss", pa.bool_(), "a feed shares no item with its last visit"),
        Column("filled", pa.int64(), "addresses that sitemaps gave beyond such a feed"),
        Column("known", pa.int64(), "of found, asked for before; NULL in old rows of `visits`"),
        Column("excluded", pa.int64(), "of found, what the source's entry leaves out"),
        Column(
            "reread",
            pa.int64(),
            "of fetched, pages that had come before: revisited, or changed as a list says",
        ),
    ),
)

NIGHTS = Table(
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
        Column("collected", pa.int64(), "new articles that this night brought, of any date"),
        Column(
            "state",
            pa.string(),
            "`collected`, `quiet` (visited, nothing new), `possible_loss`, `failed`, `not_visited`",
        ),
    ),
)

SILENT_SOURCES = Table(
    name="silent_sources",
    grain="one row per source without a new article for longer than is its habit",
    columns=(
        Column("source", pa.string(), "configured source"),
        Column("last_day", pa.date32(), "the last night that brought a new article"),
        Column("last_night", pa.date32(), "its last night"),
        Column("silent_days", pa.int64(), "days between the two"),
        Column("habit_days", pa.int64(), "its longest pause before that"),
    ),
)

SOURCES = Table(
    name="sources",
    grain="one row per source that was ever visited, as of its last night",
    columns=(
        Column("source", pa.string(), "configured source"),
        Column("homepage", pa.string(), "as configured"),
        Column("entry", pa.string(), "JSON: the source's entry as configured"),
        Column("feeds", TEXTS, "feeds that were asked"),
        Column("sitemaps", TEXTS, "sitemaps that were asked"),
        Column("first_night", pa.date32(), "its first night"),
        Column("last_night", pa.date32(), "its last night"),
        Column("nights", pa.int64(), "nights in which it was visited"),
        Column("articles", pa.int64(), "articles in the warehouse"),
        Column("newest_at", INSTANT, "publication of the newest of them"),
    ),
)

FORMER_NAMES = Table(
    name="former_names",
    grain="one row per name that a source had before; no table shows it as a source any more",
    columns=(
        Column("former_name", pa.string(), "as in `formerly` of the source's entry"),
        Column("source", pa.string(), "its present name, which all tables show"),
    ),
)

NIGHT_VIEWS = (NIGHTS, COVERAGE, SILENT_SOURCES, SOURCES, FORMER_NAMES)
