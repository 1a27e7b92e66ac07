-- Grain: one row per day, source, section and language of articles.
select
    published_date as day,
    coalesce(source, domain) as source,
    section,
    language,
    count(*) as articles,
    sum(word_count)::bigint as words,
    count(distinct cluster_id) as stories
from articles
where published_date is not null
group by all
order by day, source, section, language
