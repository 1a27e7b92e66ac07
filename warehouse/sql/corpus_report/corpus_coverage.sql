-- Grain: one row per $step and state: the days of all sources since their first night, each in one state.
select
    date_trunc('$step', day)::date as start,
    state,
    count(*) as source_days
from coverage
join (select source, first_night from sources) as sources using (source)
where day >= first_night
    and day >= date '$since'
group by all
order by start, state
