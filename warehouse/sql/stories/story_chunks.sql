-- Grain: one row per chunk of fresh texts: consecutive days with about $rows texts, which are
-- compared with a bounded window of days. Texts without a day are compared with all others; they
-- are a chunk of their own, the last one. Reads: fresh_fingerprints.
with days as (
    select
        day,
        count(distinct content_hash) as texts
    from fresh_fingerprints
    where len(hashes) > 0
    group by day
),
placed as (
    select
        day,
        (sum(texts) over (order by day nulls last) - texts) // $rows as number
    from days
)
select
    min(day) as first_day,
    max(day) as last_day
from placed
group by number, day is null
order by first_day nulls last;
