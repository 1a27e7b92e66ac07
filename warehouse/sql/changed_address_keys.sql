-- Grain: one row per address, found or fetched, to which the present rules of addresses give another
-- key; none unless $is_older: the keys were made by older rules. Reads: stored_discoveries,
-- stored_fetches, address_keys.
create temp table changed_address_keys as
with addresses as (
    select
        url,
        url_key
    from stored_fetches
    where $is_older
        and kind = 'article'
    union
    select
        url,
        url_key
    from stored_discoveries
    where $is_older
),
present as (
    select
        url,
        url_key as stored_key,
        address_key_of(url) as url_key
    from addresses
),
earlier as (
    select
        url,
        arg_max(url_key, rules) as url_key
    from address_keys
    group by url
)
select distinct
    url,
    present.url_key,
    $rules::integer as rules
from present
left join earlier using (url)
where present.url_key <> coalesce(earlier.url_key, stored_key);
