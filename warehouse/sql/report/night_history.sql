-- Grain: one row per night, of the last thirty up to $night that visited all sources of the run: new
-- articles of these sources. A night that left out one of them which was known by then says nothing
-- about what is usual.
with asked as (
    select source
    from visits
    where run_id = $run_id
),
first_nights as (
    select
        source,
        min(night) as first_night
    from nights
    semi join asked using (source)
    group by source
),
visited as (
    select
        night,
        count(*) as sources,
        sum(loaded)::bigint as loaded
    from nights
    semi join asked using (source)
    where night <= $night
    group by night
)
select
    night,
    loaded
from visited
where sources = (
    select count(*)
    from first_nights
    where first_night <= visited.night
)
order by night desc
limit 30;
