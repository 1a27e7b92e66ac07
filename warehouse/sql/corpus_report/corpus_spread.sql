-- Grain: one row per site that had one of the 15 stories on most sites: when it had it first, in hours
-- after the earliest date of the story.
with largest as (
    select
        cluster_id,
        first_published_at,
        row_number() over (order by sites desc, articles desc, cluster_id) as place
    from stories
    where articles > 1
        and coalesce(first_published_at::date, first_seen_at::date, date '$since') >= date '$since'
    qualify place <= 15
),
members as (
    select
        place,
        coalesce(domain, source) as site,
        published_at,
        published_precision in ('second', 'minute') as is_instant,
        epoch(published_at - first_published_at) / 3600 as hours
    from articles
    join largest using (cluster_id)
    where published_at is not null
)
select
    place,
    site,
    arg_min(is_instant, published_at) as is_instant,
    round(min(hours), 1) as hours
from members
group by place, site
order by place, hours, site
