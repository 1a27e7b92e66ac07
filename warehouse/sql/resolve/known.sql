-- Grain: one row per state, already in the warehouse, of an article that the run meets again: its
-- versions, and the later times at which a version was found unchanged. A version that `reprocess`
-- made from the bytes of an earlier one replaces that: it says the same of the same page, only better.
-- `replaced_by` names the newest such version. Versions that this very run makes so are among them.
create temp table known as
with met as (
    select article_id
    from identified
    union
    select article_id
    from reprocessed
    union
    select article_id
    from originals
    union
    -- Articles that have no current version, or several: newly_superseded.sql heals them.
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
    semi join met using (article_id)
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
        -- With the lines that were learned since, as the document itself had it; of a replaced
        -- version as the version that replaced it has it.
        if(replaced_by is null, whole_hash, null) as whole_hash
    from documents
    semi join met using (article_id)
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
