-- Grain: one row about all articles since the day $since. Articles without any date count always.
select
    count(*) as articles,
    count(distinct coalesce(source, domain)) as sources,
    count(distinct domain) as sites,
    count(distinct language) filter (language <> 'und') as languages,
    min(published_date) as first_day,
    max(published_date) as last_day,
    count(*) filter (published_date is null) as undated,
    coalesce(sum(word_count), 0)::bigint as words
from articles
where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
