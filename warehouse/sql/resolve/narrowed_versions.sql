-- The rows of stored tables that concern the wanted articles.
-- Reads: wanted_ids, wanted_dates, all_article_versions, all_documents, keys.repeats.

-- Grain: one row per version of a wanted article, without its text and what follows from it.
create temp table article_versions as
with found as (
    select
        article_id, version, change_reason, url, url_canonical, url_key, own_key, claimed_key,
        page_type, fetched_at, extractor, extractor_version, content_hash, whole_hash,
        payload_digest, locator, run_id
    from all_article_versions
    semi join wanted_dates using (published_date)
    union all
    select
        article_id, version, change_reason, url, url_canonical, url_key, own_key, claimed_key,
        page_type, fetched_at, extractor, extractor_version, content_hash, whole_hash,
        payload_digest, locator, run_id
    from all_article_versions
    where published_date is null
)
select *
from found
where md5_number_lower(article_id) in (from wanted_ids);

-- Grain: one row per version that was published on a wanted day, with all columns.
create or replace temp view whole_versions as
select *
from all_article_versions
semi join wanted_dates using (published_date)
union all by name
select *
from all_article_versions
where published_date is null;

-- Grain: one row per run that found a version of a wanted article unchanged. It is a table, so that
-- DuckDB knows how few runs there are before it reads the documents of ten years.
create temp table repeating_runs as
select distinct run_id
from keys.repeats
where id_hash in (from wanted_ids);

-- Grain: one row per document that repeats a version of a wanted article.
create temp table repeated_documents as
select *
from all_documents
semi join repeating_runs using (run_id)
where outcome = 'duplicate'
    and md5_number_lower(article_id) in (from wanted_ids);
