-- Grain: one row per version that is not its article's current one.
-- Articles with exactly one current version keep their rows, unless $is_lost says that rows of the
-- table are lost. For all others the newest state decides, as in newly_superseded.sql. A state is a
-- version that `reprocess` has not replaced, or a later capture that was found to be the same as
-- one.
with current_counts as (
    select
        article_id,
        count(*) filter (superseded.version is null) as current_versions
    from (select distinct article_id, version from article_versions) as versions
    left join (select distinct article_id, version from superseded) as superseded
        using (article_id, version)
    group by article_id
),
broken as (
    select article_id
    from current_counts
    where current_versions <> 1
        or $is_lost
),
replacements as (
    select
        earlier.article_id,
        earlier.version,
        max(later.version) as replaced_by
    from article_versions as earlier
    join article_versions as later
        on later.article_id = earlier.article_id
        and later.locator = earlier.locator
        and later.version > earlier.version
        and later.change_reason = 'reprocess'
    where earlier.article_id in (from broken)
    group by all
),
states as (
    select
        article_id,
        version,
        fetched_at
    from article_versions
    semi join broken using (article_id)
    anti join replacements using (article_id, version)
    union all
    select
        documents.article_id,
        coalesce(replaced_by, documents.version) as version,
        documents.fetched_at
    from documents
    semi join article_versions using (article_id, version)
    semi join broken using (article_id)
    left join replacements using (article_id, version)
    where outcome = 'duplicate'
        and documents.fetched_at is not null
),
newest as (
    select distinct on (article_id)
        article_id,
        version
    from states
    order by article_id, fetched_at desc nulls last, version desc
),
outdated as (
    select distinct
        article_id,
        version
    from article_versions
    semi join broken using (article_id)
    anti join newest using (article_id, version)
)
select
    article_id,
    version,
    min(run_id) as run_id,
    1 as change,
    true as is_outdated
from superseded
anti join broken using (article_id)
group by article_id, version
union all
select
    article_id,
    version,
    coalesce(min(superseded.run_id), $run_id) as run_id,
    1 as change,
    true as is_outdated
from outdated
left join superseded using (article_id, version)
group by article_id, version
order by article_id, version;
