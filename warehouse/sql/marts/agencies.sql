-- Grain: one row per month, site and news agency that its articles credit.
with told as (
    select
        date_trunc('month', published_date)::date as month,
        coalesce(articles.domain, articles.source) as domain,
        articles.article_id,
        fingerprints.agencies
    from articles
    left join fingerprints
        on fingerprints.article_id = articles.article_id
        and fingerprints.version = articles.version
    where published_date is not null
),
all_articles as (
    select
        month,
        domain,
        count(*) as articles
    from told
    group by month, domain
),
credited as (
    select
        month,
        domain,
        unnest(agencies) as agency
    from told
    where len(agencies) > 0
)
select
    month,
    domain,
    agency,
    count(*) as articles,
    count(*) / any_value(all_articles.articles) as share
from credited
join all_articles using (month, domain)
group by month, domain, agency
order by month, domain, agency
