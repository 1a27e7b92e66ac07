-- Grain: one row per day, source, section and language of articles.
with counted as (
    select
        published_date as day,
        coalesce(source, domain) as source,
        section,
        language,
        sum(articles)::bigint as articles,
        sum(words)::bigint as words
    from marts.attention
    group by all
),
copied as (
    -- Articles without copies are stories of their own.
    select
        published_date as day,
        coalesce(source, domain) as source,
        section,
        language,
        count(*) - count(distinct cluster_id) as copies
    from marts.clustered
    where published_date is not null
    group by all
)
select
    counted.day,
    counted.source,
    counted.section,
    counted.language,
    articles,
    words,
    articles - coalesce(copies, 0) as stories
from counted
left join copied
    on copied.day = counted.day
    and copied.source is not distinct from counted.source
    and copied.section is not distinct from counted.section
    and copied.language is not distinct from counted.language
