-- Grain: one row per version that this run outdates. An article's current version is the one of its
-- newest state; of states without a time, or of the same, that of the last version.
with states as (
    select
        article_id,
        version,
        fetched_at
    from known
    union all
    select
        article_id,
        version,
        fetched_at
    from decided
),
current_versions as (
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
    from states
    anti join current_versions using (article_id, version)
)
select
    article_id,
    version,
    $run_id as run_id
from outdated
anti join superseded using (article_id, version)
order by article_id, version;
