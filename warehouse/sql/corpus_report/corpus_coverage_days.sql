-- Grain: one row per source and run of days in one state, for the 30 sources with most gaps in the
-- last 180 days.
with recent as (
    select
        source,
        day,
        state,
        state in ('failed', 'not_visited', 'possible_loss') as is_gap
    from coverage
    join (select source, first_night from sources) as sources using (source)
    where day >= first_night
        and day >= date '$since'
        and day > (select max(day) from coverage) - 180
),
worst as (
    select
        source,
        count(*) filter (is_gap) as gaps
    from recent
    group by source
    having gaps > 0
    order by gaps desc, source
    limit 30
),
numbered as (
    -- Days that follow each other in one state have the same difference of day and number.
    select
        source,
        day,
        state,
        gaps,
        day - row_number() over (partition by source, state order by day)::int as island
    from recent
    join worst using (source)
)
select
    source,
    gaps,
    state,
    min(day) as first_day,
    max(day) as last_day
from numbered
group by source, gaps, state, island
order by gaps desc, source, first_day
