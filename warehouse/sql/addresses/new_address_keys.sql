-- Grain: one row per key of an address that the present address rules change.
select
    changed_address_keys.*,
    $run_id as run_id
from changed_address_keys
order by all;
