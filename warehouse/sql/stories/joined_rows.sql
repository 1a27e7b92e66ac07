-- Grain: one row, the number of rows that joining the chunk's hits with later ones makes.
-- Reads: hits.
with counts as (
    select
        count(*) filter (is_own) as own,
        count(*) filter (not is_own) as others
    from hits
    group by hash
)
select sum(own * (own - 1) // 2 + own * others)
from counts;
