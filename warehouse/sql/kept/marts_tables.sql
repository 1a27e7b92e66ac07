-- The tables of kept/marts.duckdb, which every publication contains in the schema `marts`. Views
-- read them instead of all files of a table.
create schema marts.marts;

-- Grain: one row per version whose state a run has changed, in its newest state.
create table marts.marts.standings (
    article_id varchar,
    version integer,
    run_id varchar,
    change integer,
    is_outdated boolean
);

-- Grain: one row per source, domain, published_date and day with current articles. Sources have the
-- names that are stored. `day` is published_date, else that of fetched_at.
create table marts.marts.article_days (
    source varchar,
    domain varchar,
    published_date date,
    day date,
    articles bigint,
    newest_at timestamptz
);

-- Grain: one row per source and nightly run, with its stored name.
create table marts.marts.visit_counts (
    run_id varchar,
    night date,
    source varchar,
    discovery varchar,
    problem varchar,
    found bigint,
    new bigint,
    fetched bigint,
    unchanged bigint,
    loaded bigint,
    revised bigint,
    duplicate bigint,
    rejected bigint,
    failed bigint,
    refused bigint,
    postponed bigint,
    newest_at timestamptz,
    possible_loss boolean,
    filled bigint,
    known bigint,
    excluded bigint,
    reread bigint
);

-- Grain: one row per stored name of a source that was ever visited, with the run of its newest visit
-- and the part of its entry that declares former names. The rest is not copied: versions up to
-- format 4 stored keys in it, which must be in as few files as possible.
create table marts.marts.source_entries (
    source varchar,
    run_id varchar,
    entry varchar
);

-- Grain: one row per run that has documents.
create table marts.marts.ledger_counts (
    run_id varchar,
    documents bigint,
    loaded bigint,
    revised bigint,
    duplicate bigint,
    rejected bigint,
    failed bigint
);

-- Grain: one row per run that loaded versions.
create table marts.marts.version_counts (
    run_id varchar,
    versions bigint
);

-- Grain: one row per source, with its stored name, and domain: how many versions were loaded of it.
create table marts.marts.source_versions (
    source varchar,
    domain varchar,
    versions bigint
);

-- Grain: one row per article that has no current version, or several.
create table marts.marts.damaged (
    article_id varchar,
    current_versions bigint
);

-- Grain: one row per article that ever had copies: its present cluster, and the article as it is shown,
-- with its stored source. Columns: the hashes are those of article_id and cluster_id, because numbers
-- are looked through in a fifth of the time; is_shown is false if the article has no current version.
create table marts.marts.clustered_articles (
    id_hash ubigint,
    cluster_hash ubigint,
    article_id varchar,
    cluster_id varchar,
    change integer,
    is_shown boolean,
    source varchar,
    domain varchar,
    section varchar,
    language varchar,
    first_seen_at timestamptz,
    published_at timestamptz,
    published_date date,
    published_precision varchar,
    access_state varchar,
    word_count bigint,
    agencies varchar[]
);

-- Grain: one row per cluster of these articles, as the view `stories` shows it. Columns: source and
-- domain are those of the first article; agency is the one that most articles credit; domains are those
-- of all articles, without_domain the sources of articles without one. Sources have their stored names.
create table marts.marts.clustered_stories (
    cluster_hash ubigint,
    cluster_id varchar,
    first_seen_at timestamptz,
    first_published_at timestamptz,
    first_article_id varchar,
    source varchar,
    domain varchar,
    agency varchar,
    certainty varchar,
    articles bigint,
    domains varchar[],
    without_domain varchar[],
    languages varchar[],
    agencies varchar[],
    representative_id varchar,
    representative_reason varchar
);

-- Grain: one row per published_date, stored source, domain, section and language of articles.
create table marts.marts.attention_days (
    published_date date,
    source varchar,
    domain varchar,
    section varchar,
    language varchar,
    articles bigint,
    words bigint
);

-- Grain: one row per published_date, stored source, domain and news agency that articles credit.
create table marts.marts.agency_days (
    published_date date,
    source varchar,
    domain varchar,
    agency varchar,
    articles bigint
);

-- Grain: one row per address and article that has it, if an article with a smaller id has it as well.
create table marts.marts.outranked_addresses (
    url_key varchar,
    article_id varchar
);
