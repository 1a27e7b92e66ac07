-- Grain: one row per address whose stored key has changed, with its present key.
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
