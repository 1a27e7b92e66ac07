-- Grain: one row per pair of texts that may be copies, one of them of the chunk, at most $days days
-- apart; it is appended once for each of the two that is of the chunk. They share at least a tenth of
-- the sampled shingles of the shorter one at the coarser of their rates, which misses 1 % of the texts
-- that share 56 shingles, a third of the shorter one. At rate 2 a fifth misses as few, and at rate 1
-- the sample has all shingles.
-- Looks at the chunk's texts whose number leaves the remainder $part of $parts: all at once would
-- need $parts times the memory. Reads: chunk_hashes, hits.
insert into candidates
with pairs as (
    select
        least(one.text, other.text) as text,
        greatest(one.text, other.text) as other_text,
        count(*) as shared,
        min(least(one.size, other.size) // greatest(one.rate, other.rate)) as sampled,
        case max(greatest(one.rate, other.rate))
            when 1 then $least
            when 2 then 0.2
            else 0.1
        end as least_share
    from chunk_hashes as one
    join hits as other
        on other.hash = one.hash
        and other.text <> one.text
    where one.text % $parts = $part
        and (one.day is null
            or other.day is null
            or abs(one.day - other.day) <= $days)
    group by one.text, one.day, other.text, other.day
)
select distinct
    text,
    other_text
from pairs
where shared >= greatest(1, floor(sampled * least_share));
