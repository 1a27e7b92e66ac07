-- Grain: one row per language of the articles since $since.
select
    coalesce(language, 'und') as language,
    count(*) as articles
from articles
where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
group by all
order by articles desc, language
