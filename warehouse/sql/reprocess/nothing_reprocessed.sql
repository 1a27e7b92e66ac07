-- The tables of reprocessed.sql and reread.sql without rows, for runs that read no stored bytes again.

-- Grain: one row per document whose bytes gave a stored version.
create temp table reprocessed (
    position bigint,
    article_id varchar,
    fetched_at timestamptz,
    old_version integer,
    changed varchar[],
    duplicate_reason varchar,
    version integer,
    outcome varchar
);

-- Grain: one row per stored version whose bytes this run has read again.
create temp table reread (
    article_id varchar,
    version integer,
    content_hash varchar,
    whole_hash varchar
);
