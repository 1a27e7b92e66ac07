-- Grain: one row per story that several sites had since $since: the 15 on most sites.
with largest as (
    select *
    from stories
    where articles > 1
        and coalesce(first_published_at::date, first_seen_at::date, date '$since') >= date '$since'
    order by sites desc, articles desc, cluster_id
    limit 15
)
select
    row_number() over (order by sites desc, largest.articles desc, largest.cluster_id) as place,
    representative.title,
    representative.url,
    origin,
    certainty,
    first_published_at,
    largest.articles,
    sites,
    array_to_string(largest.languages, ' ') as languages,
    largest.cluster_id
from largest
join articles as representative on representative.article_id = representative_id
order by place
