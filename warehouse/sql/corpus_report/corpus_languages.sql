-- Grain: one row per language of the articles dated since $since.
select
    coalesce(language, 'und') as language,
    sum(articles)::bigint as articles
from attention
where coalesce(day, date '$since') >= date '$since'
group by all
order by articles desc, language
