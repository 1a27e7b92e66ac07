-- Grain: one row per day on which a version of these articles was published.
-- Reads: wanted_ids, keys.article_keys.
create temp table wanted_dates as
select distinct published_date
from keys.article_keys
where id_hash in (from wanted_ids)
    and published_date is not null;
