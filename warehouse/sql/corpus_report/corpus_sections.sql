-- Grain: one row per section, as the pages name it, of the articles dated since $since; the first 12.
select
    section,
    sum(articles)::bigint as articles,
    count(distinct source) as sources
from attention
where section is not null
    and coalesce(day, date '$since') >= date '$since'
group by section
order by articles desc, section
limit 12
