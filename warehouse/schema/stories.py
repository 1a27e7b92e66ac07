"""Tables and views of stories: fingerprints, copies, clusters, and the marts built on them."""

import pyarrow as pa

from warehouse.schema.columns import HASHES, INSTANT, TEXTS, Column, Table

FINGERPRINTS = Table(
    name="fingerprints",
    grain="one row per version of an article: what copies of its text are found by",
    sort_by="day",
    order_by=("day", "article_id", "version"),
    bloom=("article_id", "content_hash"),
    columns=(
        Column("article_id", pa.string(), "the article"),
        Column("version", pa.int32(), "its version"),
        Column("day", pa.date32(), "published_date, else the day of fetched_at; NULL if unknown"),
        Column("site", pa.string(), "domain, else source"),
        Column("content_hash", pa.string(), "as in article_versions; equal texts have one value"),
        Column("method", pa.string(), "name and version of the method"),
        Column(
            "shingles",
            pa.int32(),
            "distinct runs of five words, or ten characters; NULL if learned lines are nearly all",
        ),
        Column("rate", pa.int32(), "the hashes of one in so many shingles are kept"),
        Column("hashes", HASHES, "hashes of these shingles, in ascending order"),
        Column("agencies", TEXTS, "news agencies that the text credits"),
        Column("run_id", pa.string(), "the run that loaded the version"),
    ),
)

# The fields of a processed document from which a row of `fingerprints` is made.
FINGERPRINT_FIELDS = (
    pa.field("fingerprints", HASHES),
    pa.field("fingerprint_rate", pa.int32()),
    pa.field("shingles", pa.int32()),
    pa.field("agencies", TEXTS),
)

_SHARED = (
    Column("shared", pa.int32(), "distinct shingles that are in both texts"),
    Column("jaccard", pa.float64(), "shared, as a share of the distinct shingles of both together"),
)

TEXT_PAIRS = Table(
    name="text_pairs",
    grain="one row per pair of different texts that have a third of the shorter one in common",
    order_by=("content_hash", "other_hash"),
    columns=(
        Column("content_hash", pa.string(), "one text"),
        Column("other_hash", pa.string(), "the other text; its hash is the greater one"),
        Column("kind", pa.string(), "`edited embedded related`"),
        *_SHARED,
        Column("containment", pa.float64(), "share of the one's shingles that is in the other"),
        Column("containment_other", pa.float64(), "share of the other's shingles"),
        Column("method", pa.string(), "name and version of the method"),
        Column("run_id", pa.string(), "the run that compared them"),
    ),
)

CLUSTER_MEMBERS = Table(
    name="cluster_members",
    grain="one row per change of the cluster of an article; articles that were always alone have "
    "none",
    order_by=("article_id", "change"),
    columns=(
        Column("article_id", pa.string(), "the article"),
        Column(
            "cluster_id",
            pa.string(),
            "its cluster: the smallest article_id among the copies; its own id where it is alone",
        ),
        Column("run_id", pa.string(), "the run that made the change"),
        Column("change", pa.int32(), "1, 2, … per article; the highest counts"),
        Column(
            "previous_id", pa.string(), "the cluster that was published before; NULL if none was"
        ),
    ),
)

CLUSTERS = Table(
    name="clusters",
    grain="one row per article that has copies: its present cluster; articles without a row are "
    "alone",
    columns=(
        Column("article_id", pa.string(), "the article"),
        Column("cluster_id", pa.string(), "the smallest article_id among its copies"),
    ),
)

_CLUSTER_MERGES = Table(
    name="cluster_merges",
    grain="one row per cluster id that was published and then replaced, and run that replaced it",
    columns=(
        Column("cluster_id", pa.string(), "the id that was published"),
        Column("merged_into", pa.string(), "the id that replaced it; follow it on from there"),
        Column("run_id", pa.string(), "the run that merged them"),
    ),
)

_COPIES = Table(
    name="copies",
    grain="one row per pair of articles of which some versions have text in common. If more than "
    "100 articles have the same text, each is paired with the first of them only",
    columns=(
        Column("article_id", pa.string(), "one article"),
        Column("other_id", pa.string(), "the other article; its id is the greater one"),
        Column("version", pa.int32(), "the version with most in common"),
        Column("other_version", pa.int32(), "the other's version with most in common"),
        Column(
            "kind",
            pa.string(),
            "`same_text`; `edited`; `embedded`: the shorter text is less than half of the longer; "
            "`update`: edited, on the same site; `related`: too little in common, or a formula "
            "with other facts, which merges nothing",
        ),
        *_SHARED,
        Column("containment", pa.float64(), "share of the one's shingles that is in the other"),
        Column("containment_other", pa.float64(), "share of the other's shingles"),
        Column("days", pa.int32(), "days between the two; NULL if one of them is not known"),
        Column("method", pa.string(), "name and version of the method"),
        Column("run_id", pa.string(), "the run that found the pair"),
    ),
)

_STORIES = Table(
    name="stories",
    grain="one row per cluster; an article without copies is a cluster of its own",
    columns=(
        Column("cluster_id", pa.string(), "as in articles"),
        Column("first_seen_at", INSTANT, "the earliest fetch of one of its articles"),
        Column("first_published_at", INSTANT, "the earliest time of publication that is stated"),
        Column("first_article_id", pa.string(), "who had it first; NULL if that is undecided"),
        Column("first_source", pa.string(), "the source, else domain, of this article"),
        Column(
            "origin",
            pa.string(),
            "the agency that most articles credit, whoever published first; else first_source",
        ),
        Column(
            "certainty",
            pa.string(),
            "`instant`: the first time is earlier than all others; `day`: the first day is; "
            "`undecided`: the dates do not tell, or there are none",
        ),
        Column("articles", pa.int64(), "its articles"),
        Column("sites", pa.int64(), "different domains, else sources"),
        Column("languages", TEXTS, "languages of its articles"),
        Column("agencies", TEXTS, "news agencies that its articles credit"),
        Column("representative_id", pa.string(), "the article to read"),
        Column(
            "representative_reason",
            pa.string(),
            "`only`; `first`: published first, with its full text; `longest`: of the full texts",
        ),
    ),
)

_ATTENTION = Table(
    name="attention",
    grain="one row per day, source, section and language of articles",
    columns=(
        Column("day", pa.date32(), "published_date"),
        Column("source", pa.string(), "source, else domain"),
        Column("section", pa.string(), "as the pages declare it"),
        Column("language", pa.string(), "of the text"),
        Column("articles", pa.int64(), "articles of that day"),
        Column("words", pa.int64(), "their words"),
        Column("stories", pa.int64(), "different clusters among them"),
    ),
)

_SYNDICATION = Table(
    name="syndication",
    grain="one row per pair of sites of which the second published stories that the first had "
    "before all others",
    columns=(
        Column("from_domain", pa.string(), "the site of stories.first_article_id"),
        Column("to_domain", pa.string(), "a site that published the story later"),
        Column("stories", pa.int64(), "stories that went this way"),
        Column(
            "median_hours",
            pa.float64(),
            "median delay of the stories of which both times are known to the minute; NULL if none",
        ),
    ),
)

_AGENCY_SHARES = Table(
    name="agencies",
    grain="one row per month, site and news agency that its articles credit",
    columns=(
        Column("month", pa.date32(), "first day of the month of publication"),
        Column("domain", pa.string(), "the site"),
        Column("agency", pa.string(), "the agency, in lower case"),
        Column("articles", pa.int64(), "articles of the site that credit it"),
        Column("share", pa.float64(), "as a share of the site's articles of the month"),
    ),
)

# Marts are views of counts that are kept (warehouse.kept) and stored in news.duckdb; the statements
# are in sql/marts/.
MARTS = (_ATTENTION, _SYNDICATION, _AGENCY_SHARES)
STORY_VIEWS = (CLUSTERS, _CLUSTER_MERGES, _COPIES, _STORIES, *MARTS)
# Tables that follow from the versions, so that `reprocess --stories` can make them anew.
STORY_TABLES = (FINGERPRINTS, TEXT_PAIRS, CLUSTER_MEMBERS)
