-- Grain: one row per row of $table (discoveries or fetches), with the present key of its address.
create view $table as
select
    stored_$table.* replace (coalesce(present.url_key, stored_$table.url_key) as url_key)
from stored_$table
left join present_address_keys as present on present.url = stored_$table.url;
