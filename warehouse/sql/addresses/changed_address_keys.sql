-- Grain: one row per address, found or fetched, whose key changes under the present address rules.
-- Each call handles one of $parts parts of the addresses, which bounds the memory.
-- Reads: stored_discoveries, stored_fetches, address_keys.
insert into changed_address_keys by name
with addresses as (
    select
        url,
        url_key
    from stored_fetches
    where kind = 'article'
        and hash(url) % $parts = $part
    union
    select
        url,
        url_key
    from stored_discoveries
    where hash(url) % $parts = $part
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
    where hash(url) % $parts = $part
    group by url
)
select distinct
    url,
    present.url_key,
    $rules::integer as rules
from present
left join earlier using (url)
where present.url_key <> coalesce(earlier.url_key, stored_key);
