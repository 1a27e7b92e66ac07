-- Grain: one row per night, of the last thirty up to $night: new articles of all sources together.
select
    night,
    sum(loaded)::bigint as loaded
from nights
where night <= $night
group by night
order by night desc
limit 30;
