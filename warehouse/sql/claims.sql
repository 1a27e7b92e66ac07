-- Grain: one row per document of the run and per stored version, for each key that several addresses
-- claim with different texts, or that several articles hold. A page at another address that declares
-- the key's address as its canonical may be a variant of the same story, or another story with a
-- careless canonical: tasks/shared_canonicals.py decides. Reads: processed, holders.
create temp table claims as
with candidates as (
    select
        url_key as key,
        coalesce(own_key, url_key) as own_key,
        position,
        null as article_id,
        null as version,
        null as held_key,
        content_hash
    from processed
    where outcome is null
        and url_key is not null
    union all
    select
        key,
        own_key,
        null as position,
        article_id,
        version,
        url_key as held_key,
        content_hash
    from holders
),
shared as (
    select
        key,
        count(distinct own_key) as addresses,
        row_number() over (order by key) as number
    from candidates
    group by key
    having count(position) > 0
        and (
            count(distinct own_key) > 1
            and count(distinct content_hash) > 1
            or count(distinct article_id) > 1
        )
)
select *
from candidates
join shared using (key);
