-- Grain: one row per address whose stored key the present rules of addresses change, with its key now.
create temp table present_address_keys as
select
    url,
    arg_max(url_key, rules) as url_key
from (
    from address_keys
    union all by name
    from changed_address_keys
)
group by url;
