-- Grain: one row per place where dates of publication were found and their precision.
select
    coalesce(published_source, 'none') as found_in,
    coalesce(published_precision, 'none') as precision,
    count(*) as articles
from articles
where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
group by all
order by articles desc, found_in, precision
