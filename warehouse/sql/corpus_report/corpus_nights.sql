-- Grain: one row per $step and outcome of the pages that nights requested.
with summed as (
    select
        date_trunc('$step', night)::date as start,
        sum(loaded)::bigint as loaded,
        sum(revised)::bigint as revised,
        sum(unchanged)::bigint as unchanged,
        sum(rejected)::bigint as rejected,
        sum(failed)::bigint as failed
    from nights
    where night >= date '$since'
    group by all
)
unpivot summed
on loaded, revised, unchanged, rejected, failed
into name outcome value pages
order by start, outcome
