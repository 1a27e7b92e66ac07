-- The tables of kept/keys.duckdb. Hashes are the lower half of md5: the function `hash` of DuckDB
-- may change between its versions. Two texts with the same hash do no harm: whoever looks something
-- up here compares the texts of the rows that it finds.

-- Grain: one row per version of an article and key that it holds, claims or has as its own address
-- (one without a key, if it has none). published_date says in which row groups the version lies.
create table keys.article_keys (
    key_hash ubigint,
    id_hash ubigint,
    published_date date
);

-- Grain: one row per article and run that found a version of it unchanged.
create table keys.repeats (
    id_hash ubigint,
    run_id varchar
);

-- Grain: one row per version of an article: the hash of its content_hash. The day, as in fingerprints,
-- says in which row groups the fingerprints of the version lie.
create table keys.texts (
    text_hash ubigint,
    id_hash ubigint,
    day date
);

-- Grain: one row per text of a pair in text_pairs, and run that found the pair.
create table keys.paired_texts (
    text_hash ubigint,
    run_id varchar
);
