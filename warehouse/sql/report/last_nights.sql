-- Grain: one row per night, for the $count nights that were run last, the newest run first.
-- The order is that of the runs and not of the nights' dates, because a date may be given by hand.
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
