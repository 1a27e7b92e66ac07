-- Grain: one row per text and day that has a sampled shingle of the chunk, numbered from 1; those of
-- the chunk come first. Columns: size is the number of distinct shingles of the text.
-- Compared are the versions of compared_hashes.sql. Days and sizes are joined here, because
-- unnesting a million texts takes half the time if it carries a number only.
-- Reads: window_fingerprints, fresh_fingerprints, shared_hashes.
create or replace temp table story_places as
with compared as not materialized (
    select content_hash, day, rate, shingles, false as is_own
    from window_fingerprints
    where len(hashes) > 0
        and (day between $from_day and $to_day or day is null or $from_day is null)
    union all
    select
        content_hash,
        day,
        rate,
        shingles,
        day between $first_day and $last_day or $from_day is null and day is null as is_own
    from fresh_fingerprints
    where len(hashes) > 0
        and (day between $from_day and $last_day or $from_day is null)
),
places as (
    select
        hash(content_hash) as text,
        day,
        any_value(rate)::utinyint as rate,
        any_value(shingles) as size,
        coalesce(bool_or(is_own), false) as is_own
    from compared
    where hash(content_hash) in (select text from shared_hashes)
    group by all
)
select
    text,
    day,
    rate,
    size,
    is_own,
    row_number() over (order by is_own desc) as number
from places;
