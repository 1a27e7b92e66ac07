-- Brings marts.outranked_addresses up to date with new files.
-- Reads: shared_keys, shared_days (concerned_days.sql), article_versions.

-- Grain: one row per address that several articles may have, and article that has it.
create or replace temp table held_addresses as
with found as (
    select
        article_id,
        unnest([url_key, own_key]) as url_key
    from article_versions
    semi join shared_days using (published_date)
    union all
    select
        article_id,
        unnest([url_key, own_key]) as url_key
    from article_versions
    where published_date is null
        and exists (from shared_days where shared_days.published_date is null)
)
select distinct
    url_key,
    article_id
from found
where md5_number_lower(url_key) in (from shared_keys);

delete from marts.marts.outranked_addresses
where url_key in (select url_key from held_addresses);
insert into marts.marts.outranked_addresses by name
select
    url_key,
    article_id
from held_addresses
qualify article_id > min(article_id) over (partition by url_key)
order by url_key, article_id;
