-- Grain: one row per date seen in a version of the run $run_id whose dates are lost. The run's
-- documents were read again.
with versions as (
    select
        locator,
        article_id,
        version
    from article_versions
    where run_id = $run_id
    union
    select
        processed.locator,
        read_again.article_id,
        version
    from read_again
    join processed using (position)
    where is_version
),
lacking as (
    select versions.*
    from versions
    anti join (from date_candidates where run_id = $run_id) using (article_id, version)
),
listed as (
    select
        lacking.article_id,
        lacking.version,
        position,
        unnest(range(len(date_candidates))) + 1 as rank,
        unnest(date_candidates) as candidate
    from processed
    join lacking using (locator)
)
select
    article_id,
    version,
    rank,
    candidate.source,
    candidate.place,
    candidate.raw,
    candidate.instant,
    candidate.day,
    candidate.precision,
    candidate.verdict,
    $run_id as run_id
from listed
order by position, rank;
