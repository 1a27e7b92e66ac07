-- Grain: one row per range of sources, in the order of their names, with the first and the last source
-- of the range. The sources of a range have about $rows candidates together.
with counted as (
    select
        source,
        count(*) as candidates
    from candidates
    semi join sources using (source)
    group by source
),
placed as (
    select
        source,
        (sum(candidates) over (order by source) - candidates) // $rows as number
    from counted
)
select
    min(source) as first,
    max(source) as last
from placed
group by number
order by number;
