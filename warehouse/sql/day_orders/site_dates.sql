-- Grain: one row per page and date, for the sites of open_documents, in this run or in any stored
-- version. Only dates are kept that may have a number above 12 as the day, because they prove an
-- order of day and month. Dates of archive rows have the form of whoever made the archive and prove
-- nothing about the site. $last_run limits the stored versions to the runs up to this one; NULL is
-- no limit.
-- Reads: open_documents, documents_read; from the warehouse date_candidates, article_versions.
create or replace temp table site_dates as
with sites as (
    select distinct site
    from open_documents
),
read_dates as (
    select
        coalesce(domain, $source, publication) as site,
        article_id,
        unnest(date_candidates) as candidate
    from documents_read
    where outcome is null
        and coalesce(domain, $source, publication) in (from sites)
),
stored_versions as (
    select
        coalesce(domain, source) as site,
        article_id,
        version
    from article_versions
    where coalesce(domain, source) in (from sites)
        and ($last_run is null or run_id <= $last_run)
),
all_dates as (
    select
        site,
        article_id,
        candidate.raw,
        candidate.source
    from read_dates
    union all
    select
        site,
        article_id,
        raw,
        source
    from stored_versions
    join date_candidates using (article_id, version)
)
-- ISO dates have a known order. The pattern allows any order and is only a filter: the exact order
-- is found in Python.
select distinct
    site,
    article_id,
    raw
from all_dates
where source <> 'archive'
    and regexp_matches(
        raw,
        '(?:1[3-9]|2\d|3[01])\s?[/-]\s?\d{1,2}\s?[/-]\s?\d'
            || '|\d\s?[/-]\s?(?:1[3-9]|2\d|3[01])\s?[/-]\s?\d'
    )
    and not regexp_matches(raw, '^\d{4}-\d\d-\d\d');
