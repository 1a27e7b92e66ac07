-- Grain: one row per version that becomes outdated by this run, or that becomes current again. The
-- current version of an article is the version of its newest state. States without a capture time
-- count as older than all dated ones; of several states with the same time, the highest version is
-- the newest. Each row is a new change of `superseded`, which is never updated in place.
-- Reads: known, decided, superseded, superseded_history.
with states as (
    select
        article_id,
        version,
        fetched_at,
        replaced_by
    from known
    union all
    select
        article_id,
        version,
        fetched_at,
        null as replaced_by
    from decided
),
current_versions as (
    select distinct on (article_id)
        article_id,
        version
    from states
    where replaced_by is null
    order by article_id, fetched_at desc nulls last, version desc
),
standings as (
    select distinct
        article_id,
        version,
        current_versions.version is null as is_outdated
    from states
    left join current_versions using (article_id, version)
),
earlier as (
    select
        article_id,
        version,
        max(coalesce(change, 1)) as change
    from superseded_history
    semi join standings using (article_id, version)
    group by article_id, version
)
select
    article_id,
    version,
    $run_id as run_id,
    (coalesce(earlier.change, 0) + 1)::integer as change,
    standings.is_outdated
from standings
left join superseded using (article_id, version)
left join earlier using (article_id, version)
where standings.is_outdated <> (superseded.version is not null)
order by article_id, version;
