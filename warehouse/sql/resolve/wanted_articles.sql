-- The articles that the run may concern.
-- Reads: processed, damaged, article_keys, changed_article_keys, keys.article_keys.

-- Grain: one row per key that a document of the run claims, has as its own, or names as the address
-- of an original: the hash of the key as it may be stored.
create temp table wanted_keys as
with claimed as (
    select url_key as key from processed where outcome is null
    union
    select own_key as key from processed where outcome is null
    union
    select key_of(url) as key from processed where reason = 'revisit'
    union
    select key_of(refers_to_url) as key from processed where reason = 'revisit'
),
stored as (
    select stored_key as key
    from (
        from article_keys
        union all by name
        from changed_article_keys
    )
    where url_key in (select key from claimed where key is not null)
)
select distinct md5_number_lower(key) as key_hash
from (
    from claimed
    union all
    from stored
)
where key is not null;

-- Grain: one row per article that has such a key, or that the run may give an id.
create temp table wanted_ids as
select id_hash
from keys.article_keys
where key_hash in (from wanted_keys)
union
select md5_number_lower(article_id) as id_hash
from processed
where outcome is null
    and article_id is not null
union
select md5_number_lower(article_id) as id_hash
from damaged;
