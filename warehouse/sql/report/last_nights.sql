-- Grain: one row per night, of the $count that were last run, the newest run first: not by their
-- dates, for a night may have been given one by hand.
with latest as (
    select
        night,
        max(run_id) as run_id
    from visits
    group by night
    order by run_id desc
    limit $count
)
select
    night,
    max(runs.finished_at) as finished_at,
    count(*) as sources,
    count(*) filter (discovery = 'failed') as failed_sources,
    sum(nights.fetched)::bigint as fetched,
    sum(nights.loaded)::bigint as loaded,
    sum(nights.revised)::bigint as revised,
    sum(nights.unchanged)::bigint as unchanged,
    sum(nights.rejected)::bigint as rejected,
    sum(nights.failed)::bigint as failed
from nights
join latest using (night)
left join runs using (run_id)
group by night, run_id
order by run_id desc;
