-- Grain: one row per month, site and news agency that its articles credit.
with all_articles as (
    select
        date_trunc('month', published_date)::date as month,
        coalesce(domain, source) as domain,
        sum(articles) as articles
    from marts.attention
    group by all
),
credited as (
    select
        date_trunc('month', published_date)::date as month,
        coalesce(domain, source) as domain,
        agency,
        sum(articles)::bigint as articles
    from marts.agencies
    group by all
)
select
    credited.month,
    credited.domain,
    agency,
    credited.articles,
    credited.articles / all_articles.articles as share
from credited
join all_articles
    on all_articles.month = credited.month
    and all_articles.domain is not distinct from credited.domain
