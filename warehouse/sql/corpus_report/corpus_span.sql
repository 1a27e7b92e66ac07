-- Grain: one row: the days since $since between which nearly all articles are dated, and the nights.
-- A few wrong or very old dates would stretch every chart: a two hundredth at either end is left out.
with dated as (
    select
        day,
        sum(sum(articles)) over (order by day) / sum(sum(articles)) over () as share
    from attention
    where day >= date '$since'
    group by day
),
believed as (
    select
        min(night) as first_night,
        max(night) as last_night
    from nights
    where night >= date '$since'
)
select
    min(day) filter (share >= 0.005) as first_day,
    coalesce(min(day) filter (share >= 0.995), max(day)) as last_day,
    any_value(first_night) as first_night,
    any_value(last_night) as last_night
from believed
left join dated on true
