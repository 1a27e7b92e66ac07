-- Grain: one row per night up to $night that visited all sources of the run, the last thirty: the
-- number of new articles of these sources. A night that left out a source which was already known
-- at the time is skipped, because its number cannot be compared.
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
