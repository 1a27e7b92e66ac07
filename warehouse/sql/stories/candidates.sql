-- Grain: one row per pair of texts that may be copies, one of them of the chunk, at most $days days
-- apart; it is appended once for each two days of the two texts. They share at least a tenth of the
-- sampled shingles of the shorter one at the coarser of their rates, which misses 1 % of the texts
-- that share 56 shingles, a third of the shorter one. At rate 2 a fifth misses as few, and at rate 1
-- the sample has all shingles.
-- A pair is counted at the smaller of its numbers, which is of the chunk. Two numbers are one key,
-- because grouping by four columns takes twice as long.
-- Looks at the chunk's texts whose number leaves the remainder $part of $parts: all at once would
-- need $parts times the memory. Reads: hits, story_places.
insert into candidates
with counted as (
    select
        (one.number << 32) + other.number as pair,
        count(*) as shared
    from hits as one
    join hits as other
        on other.hash = one.hash
        and other.number > one.number
    where one.is_own
        and one.number % $parts = $part
        and (one.day is null
            or other.day is null
            or abs(one.day - other.day) <= $days)
    group by pair
),
pairs as (
    select
        least(one.text, other.text) as text,
        greatest(one.text, other.text) as other_text,
        shared,
        least(one.size, other.size) // greatest(one.rate, other.rate) as sampled,
        case greatest(one.rate, other.rate)
            when 1 then $least
            when 2 then 0.2
            else 0.1
        end as least_share
    from counted
    join story_places as one on one.number = pair >> 32
    join story_places as other on other.number = pair & 4294967295
    where one.text <> other.text
)
select distinct
    text,
    other_text
from pairs
where shared >= greatest(1, floor(sampled * least_share));
