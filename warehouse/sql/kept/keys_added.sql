-- Adds the rows of new files to kept/keys.duckdb. Reads: new_article_versions, new_documents,
-- new_fingerprints, new_text_pairs.

-- Grain: one row per new version and key.
insert into keys.article_keys by name
with held as (
    select
        article_id,
        published_date,
        list_distinct([url_key, own_key, claimed_key]) as keys
    from new_article_versions
)
select
    md5_number_lower(unnest(if(len(keys) = 0, [null], keys))) as key_hash,
    md5_number_lower(article_id) as id_hash,
    published_date
from held;

-- Grain: one row per article and new run that found a version of it unchanged.
insert into keys.repeats by name
select distinct
    md5_number_lower(article_id) as id_hash,
    run_id
from new_documents
where outcome = 'duplicate'
    and article_id is not null
order by run_id;

-- Grain: one row per new version.
insert into keys.texts by name
select
    md5_number_lower(content_hash) as text_hash,
    md5_number_lower(article_id) as id_hash,
    day
from new_fingerprints
order by day;

-- Grain: one row per text of a new pair.
insert into keys.paired_texts by name
select
    md5_number_lower(unnest([content_hash, other_hash])) as text_hash,
    run_id
from new_text_pairs
order by run_id;
