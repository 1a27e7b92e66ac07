-- Grain: one row per stored version and key that concerns this run: a key that one of the run's
-- documents claims, or that of its own address. A version holds the key that its article is known by,
-- and the key that its page claimed, where that was not believed. It is a resident of the key of its
-- own address, where its page claimed another one. Keys are those of the present rules:
-- article_keys and changed_article_keys say which of them newer rules have changed. Reads: processed,
-- article_versions.
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
concerned as (
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
    -- Older Broadsheets did not store the key of the address itself.
    coalesce(own_key, key_of(url)) as own_key,
    concerned.* exclude (own_key, claimed_key),
    false as is_resident
from concerned
union all
select
    claimed_key as key,
    coalesce(own_key, key_of(url)) as own_key,
    concerned.* exclude (own_key, claimed_key),
    false as is_resident
from concerned
where claimed_key <> url_key
union all
select
    own_key as key,
    own_key,
    concerned.* exclude (own_key, claimed_key),
    true as is_resident
from concerned
where own_key <> url_key
    and own_key <> claimed_key;
