-- Grain: one row per article that a document since $since shows which may be the original of a revisit
-- of the run (originals.sql), appended to wanted_ids. Its versions need not have the key of the
-- revisit's address: a print view that names the story as its canonical address repeats a version of
-- the story. Reads: processed, all_stored_fetches, all_documents.
insert into wanted_ids
with revisits as (
    select
        url,
        refers_to_record,
        refers_to_url,
        refers_to_at
    from processed
    where reason = 'revisit'
),
answers as materialized (
    select
        record_id,
        warc_file || '#offset=' || warc_offset as locator,
        coalesce(etag, last_modified) as validator
    from all_stored_fetches
    where started_at >= $since
),
named as (
    select
        locator,
        validator
    from answers
    where record_id in (select refers_to_record from revisits)
)
select distinct md5_number_lower(article_id) as id_hash
from all_documents
where (fetched_at >= $since or fetched_at is null)
    and article_id is not null
    and (
        locator in (select locator from named)
        or locator in (
            select locator
            from answers
            where validator in (select validator from named)
        )
        or url in (select url from revisits union all select refers_to_url from revisits)
        or fetched_at in (select refers_to_at from revisits)
    );
