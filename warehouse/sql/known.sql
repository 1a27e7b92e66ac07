-- Grain: one row per state, already in the warehouse, of an article that the run meets again: its
-- versions, and the later times at which a version was found unchanged.
create temp table known as
with met as (
    select article_id
    from processed
    where outcome is null
    union
    select article_id
    from reprocessed
    union
    select article_id
    from article_versions
    semi join processed on processed.url = article_versions.url and processed.reason = 'revisit'
),
versions as (
    select
        article_id,
        version,
        url,
        fetched_at,
        content_hash,
        coalesce(whole_hash, content_hash) as whole_hash,
        payload_digest
    from article_versions
    semi join met using (article_id)
),
unchanged as (
    select distinct
        article_id,
        version,
        documents.fetched_at,
        whole_hash
    from documents
    semi join met using (article_id)
    where outcome = 'duplicate'
        and (documents.fetched_at is not null or whole_hash is not null)
)
select
    article_id,
    version,
    fetched_at,
    content_hash,
    whole_hash,
    payload_digest,
    url,
    true as is_version
from versions
union all
select
    article_id,
    version,
    unchanged.fetched_at,
    versions.content_hash,
    coalesce(unchanged.whole_hash, versions.whole_hash) as whole_hash,
    versions.payload_digest,
    url,
    false as is_version
from unchanged
join versions using (article_id, version);
