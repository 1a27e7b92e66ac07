-- Grain: one row per address, found or fetched, and its key: addresses with one of `wanted_keys`, and
-- those that were redirected to one, with the key that they lead to. $domains are the domains of these keys; empty: any domain.
-- The rules of addresses cost 10 µs a row, so only addresses of these domains are asked.
-- Reads: wanted_keys, taken_articles, article_versions, documents, fetches, discoveries.
with named as (
    select url, url_key, null as final_url from discoveries
    union
    select url, url_key, final_url from fetches
    union
    select url, null as url_key, null as final_url from documents where url is not null
),
possible as (
    select *
    from named
    where url_key in (select key from wanted_keys)
        or $domains = []
        or list_contains(
            list_transform($domains::varchar[], lambda name: contains(lower(url), name)),
            true
        )
        or list_contains(
            list_transform($domains::varchar[], lambda name: contains(lower(final_url), name)),
            true
        )
),
with_keys as (
    select
        url,
        final_url,
        coalesce(url_key, key_of(url)) as url_key,
        if(final_url is distinct from url, key_of(final_url), null) as final_key
    from possible
)
select url, url_key as key, null as leads_to
from with_keys
where url_key in (select key from wanted_keys)
union
select final_url as url, final_key as key, null as leads_to
from with_keys
where final_key in (select key from wanted_keys)
union
-- An address that leads to one of them, unless it is that of an article that stays.
select url, url_key as key, final_key as leads_to
from with_keys
where final_key in (select key from wanted_keys)
    and url_key not in (
        select key
        from (
            select unnest([url_key, own_key]) as key
            from article_versions
            anti join taken_articles using (article_id)
        )
        where key is not null
    )
order by all;
