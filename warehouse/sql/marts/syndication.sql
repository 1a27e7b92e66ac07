-- Grain: one row per pair of sites of which the second published stories that the first had before
-- all others. Delays count where both times are known to the minute.
with copied as (
    select
        cluster_id,
        article_id,
        coalesce(domain, source) as site,
        published_at,
        published_precision in ('second', 'minute') as is_instant
    from marts.clustered
),
first_articles as (
    select
        copied.cluster_id,
        copied.site,
        copied.published_at,
        copied.is_instant
    from stories
    join copied on copied.article_id = first_article_id
    where articles > 1
),
taken as (
    select
        first_articles.site as from_domain,
        copied.site as to_domain,
        cluster_id,
        min(
            if(
                copied.is_instant and first_articles.is_instant,
                epoch(copied.published_at - first_articles.published_at) / 3600,
                null
            )
        ) as hours
    from first_articles
    join copied using (cluster_id)
    where copied.site <> first_articles.site
    group by all
)
select
    from_domain,
    to_domain,
    count(*) as stories,
    median(hours) as median_hours
from taken
group by from_domain, to_domain
