-- Grain: one row per text, day and sampled shingle that some text of the chunk has, too. Compared
-- are stored texts from $from_day to $to_day, stored texts without a day, and fresh texts up to the
-- chunk's last day; later chunks look back on their own. All NULL: everything is compared. Days and
-- sizes are joined last: unnesting a million texts takes half the time if it carries a number only.
-- Reads: stored_fingerprints, fresh_fingerprints, chunk_hashes.
create or replace temp table hits as
with compared as not materialized (
    select content_hash, day, rate, shingles, hashes
    from stored_fingerprints
    where day between $from_day and $to_day
        or day is null
        or $from_day is null
    union all
    select content_hash, day, rate, shingles, hashes
    from fresh_fingerprints
    where day between $from_day and $last_day
        or $from_day is null
),
found as (
    select distinct
        text,
        hash
    from (
        select
            hash(content_hash) as text,
            unnest(hashes) as hash
        from compared
    )
    semi join (select distinct hash from chunk_hashes) as known using (hash)
),
texts as (
    select distinct
        hash(content_hash) as text,
        day,
        rate::utinyint as rate,
        shingles as size
    from compared
    where hash(content_hash) in (select text from found)
)
select
    text,
    day,
    rate,
    size,
    hash
from found
join texts using (text);
