-- Grain: one row per $rows documents of the run, in the order of reading: their first and their
-- last position.
with numbered as (
    select
        position,
        (row_number() over (order by position) - 1) // $rows as number
    from processed
)
select
    min(position) as first,
    max(position) as last
from numbered
group by number
order by number;
