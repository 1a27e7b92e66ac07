-- Grain: one row per document of the run and per stored version, for each contested key: one that
-- several addresses claim with different texts, or that several articles hold. If a page declares
-- another address as its canonical, it may be a variant of the story there, or another story with a
-- careless canonical; tasks/load/shared_canonicals.py compares the texts to find out. Residents are
-- pages at the key's own address that claim another key. Columns: number counts the contested keys
-- from 1; addresses is the number of addresses that claim the key. Reads: processed, holders.
create temp table claims as
with all_candidates as (
    select
        url_key as key,
        coalesce(own_key, url_key) as own_key,
        position,
        null as article_id,
        null as version,
        null as held_key,
        content_hash,
        false as is_resident
    from processed
    where outcome is null
        and url_key is not null
    union all
    select
        own_key as key,
        own_key,
        position,
        null as article_id,
        null as version,
        null as held_key,
        content_hash,
        true as is_resident
    from processed
    where outcome is null
        and own_key <> url_key
    union all
    select
        key,
        own_key,
        null as position,
        article_id,
        version,
        url_key as held_key,
        content_hash,
        is_resident
    from holders
),
repeated as (
    -- Most keys occur once. Grouping by a hash takes a tenth of the memory that the keys take. If
    -- two keys have the same hash, they only pass this filter in vain.
    select hash(key) as number
    from all_candidates
    group by number
    having count(*) > 1
),
candidates as (
    select *
    from all_candidates
    where hash(key) in (from repeated)
),
shared as (
    -- `min(x) <> max(x)` finds several distinct values without the hash table per key that
    -- count(distinct x) needs, which is too much for the keys of a large archive.
    select
        key,
        row_number() over (order by key) as number
    from candidates
    group by key
    having count(position) filter (not is_resident) > 0
        and (
            min(own_key) <> max(own_key)
            and min(content_hash) <> max(content_hash)
            or min(article_id) filter (not is_resident) <> max(article_id) filter (not is_resident)
        )
),
counted as (
    select
        key,
        number,
        count(distinct own_key) as addresses
    from candidates
    join shared using (key)
    group by key, number
)
select *
from candidates
join counted using (key);
