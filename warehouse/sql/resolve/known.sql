-- Grain: one row per stored state of an article that has documents in this run. The states are the
-- article's versions (is_version) and the later times at which a version was seen unchanged. A
-- version that `reprocess` made from the bytes of an earlier version replaces it, because it is a
-- better reading of the same page; `replaced_by` is the newest such version. The versions that this
-- run makes by reprocessing are included.
-- Reads: article_versions, documents, processed, identified, reprocessed, originals, damaged.
create temp table known as
with articles_of_run as (
    select article_id
    from identified
    union
    select article_id
    from reprocessed
    union
    select article_id
    from originals
    union
    -- Articles that have no current version, or several: newly_superseded.sql corrects them.
    select article_id
    from damaged
),
versions as (
    select
        article_id,
        version,
        fetched_at,
        content_hash,
        coalesce(whole_hash, content_hash) as whole_hash,
        payload_digest,
        locator,
        change_reason
    from article_versions
    semi join articles_of_run using (article_id)
    union all
    select
        reprocessed.article_id,
        reprocessed.version,
        reprocessed.fetched_at,
        content_hash,
        coalesce(whole_hash, content_hash) as whole_hash,
        payload_digest,
        locator,
        'reprocess' as change_reason
    from reprocessed
    join processed using (position)
    where reprocessed.outcome = 'revised'
),
replacements as (
    select
        earlier.article_id,
        earlier.version,
        max(later.version) as replaced_by
    from versions as earlier
    join versions as later
        on later.article_id = earlier.article_id
        and later.locator = earlier.locator
        and later.version > earlier.version
        and later.change_reason = 'reprocess'
    group by all
),
unchanged as (
    select distinct
        documents.article_id,
        coalesce(replaced_by, version) as version,
        documents.fetched_at,
        -- The document's own hash, which was taken before learned lines were removed. If the
        -- version was replaced, that hash is outdated, and NULL selects the one of the replacing
        -- version.
        if(replaced_by is null, whole_hash, null) as whole_hash
    from documents
    semi join articles_of_run using (article_id)
    left join replacements using (article_id, version)
    where outcome = 'duplicate'
        and (documents.fetched_at is not null or whole_hash is not null)
)
select
    article_id,
    version,
    replaced_by,
    fetched_at,
    content_hash,
    whole_hash,
    payload_digest,
    true as is_version
from versions
left join replacements using (article_id, version)
union all
select
    article_id,
    version,
    null as replaced_by,
    unchanged.fetched_at,
    versions.content_hash,
    coalesce(unchanged.whole_hash, versions.whole_hash) as whole_hash,
    versions.payload_digest,
    false as is_version
from unchanged
join versions using (article_id, version);
