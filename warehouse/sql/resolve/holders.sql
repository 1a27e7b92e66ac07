-- Grain: one row per stored version and key, for the keys that documents of this run claim or have
-- as the key of their own address. A version holds the key of its article. It also holds the key
-- that its page claimed if that claim was not believed. It is a resident of the key of its own
-- address if its page claimed another key. All keys follow the present address rules: article_keys
-- and changed_article_keys translate keys that older rules made.
-- Reads: processed, article_versions, article_keys, changed_article_keys.
create temp table holders as
with wanted as (
    select url_key as key
    from processed
    where outcome is null
        and url_key is not null
    union
    select own_key as key
    from processed
    where outcome is null
        and own_key is not null
),
changed as (
    -- The present key of each stored key that newer rules have changed.
    select
        article_id,
        stored_key,
        arg_max(url_key, rules) as url_key
    from (
        from article_keys
        union all by name
        from changed_article_keys
    )
    group by article_id, stored_key
),
stored as (
    select
        article_versions.article_id,
        version,
        content_hash,
        url,
        own_key,
        coalesce(changed.url_key, article_versions.url_key) as url_key,
        coalesce(changed_claims.url_key, claimed_key) as claimed_key
    from article_versions
    left join changed
        on changed.article_id = article_versions.article_id
        and changed.stored_key = article_versions.url_key
    left join changed as changed_claims
        on changed_claims.article_id = article_versions.article_id
        and changed_claims.stored_key = claimed_key
    where coalesce(changed.url_key, article_versions.url_key) in (from wanted)
        or coalesce(changed_claims.url_key, claimed_key) in (from wanted)
        or own_key in (from wanted)
)
select
    url_key as key,
    -- Older versions of Broadsheet did not store the key of the address itself.
    coalesce(own_key, key_of(url)) as own_key,
    stored.* exclude (own_key, claimed_key),
    false as is_resident
from stored
union all
select
    claimed_key as key,
    coalesce(own_key, key_of(url)) as own_key,
    stored.* exclude (own_key, claimed_key),
    false as is_resident
from stored
where claimed_key <> url_key
union all
select
    own_key as key,
    own_key,
    stored.* exclude (own_key, claimed_key),
    true as is_resident
from stored
where own_key <> url_key
    and own_key <> claimed_key;
