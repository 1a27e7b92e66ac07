-- Grain: one row per date candidate of a new version that a document with a position from $first to
-- $last became. Columns: rank is the order in which the dates were found, from 1.
-- Reads: processed, decided.
with listed as (
    select
        decided.article_id,
        decided.version,
        processed.position,
        unnest(range(len(processed.date_candidates))) + 1 as rank,
        unnest(processed.date_candidates) as candidate
    from processed
    join decided using (position)
    where processed.position between $first and $last
        and decided.outcome in ('loaded', 'revised')
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
