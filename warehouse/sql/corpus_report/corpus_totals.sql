-- Grain: one row about all articles since the day $since. Articles without any date count always.
with copied as (
    -- Articles without copies are stories of their own.
    select count(*) - count(distinct clusters.cluster_id) as copies
    from clusters
    join articles using (article_id)
    where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
)
select
    count(*) as articles,
    count(*) - any_value(copies) as stories,
    count(distinct coalesce(source, domain)) as sources,
    count(distinct domain) as sites,
    count(distinct language) filter (language <> 'und') as languages,
    min(published_date) as first_day,
    max(published_date) as last_day,
    count(distinct published_date) as days,
    count(*) filter (published_date is null) as undated,
    coalesce(sum(word_count), 0)::bigint as words
from articles
cross join copied
where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
