-- Grain: one row per $step with articles: how many, and how many stories without counting copies.
with counted as (
    select
        date_trunc('$step', day)::date as start,
        sum(articles)::bigint as articles
    from attention
    where day between date '$since' and date '$until'
    group by all
),
copied as (
    select
        date_trunc('$step', published_date)::date as start,
        count(*) - count(distinct articles.cluster_id) as copies
    from articles
    semi join clusters using (article_id)
    where published_date between date '$since' and date '$until'
    group by all
)
select
    start,
    articles,
    articles - coalesce(copies, 0) as stories
from counted
left join copied using (start)
order by start
