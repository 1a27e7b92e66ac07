-- Grain: one row per text, day and sampled shingle of the chunk from $first_day to $last_day (both
-- NULL for texts without a day). Columns: text is a number that stands for content_hash; size is
-- the number of distinct shingles of the text. Reads: fresh_fingerprints.
create or replace temp table chunk_hashes as
with texts as (
    select
        hash(content_hash) as text,
        day,
        any_value(rate) as rate,
        any_value(shingles) as size,
        any_value(hashes) as hashes
    from fresh_fingerprints
    where len(hashes) > 0
        and (day between $first_day and $last_day or $first_day is null and day is null)
    group by all
)
select
    text,
    day,
    rate::utinyint as rate,
    size,
    unnest(hashes) as hash
from texts;
