-- Grain: one row per source and state of access of its articles since $since.
with counted as (
    select
        coalesce(source, domain, '(no source)') as source,
        coalesce(access_state, 'unknown') as access_state,
        count(*) as articles
    from articles
    where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
    group by all
)
select
    source,
    access_state,
    articles,
    round(articles / sum(articles) over (partition by source), 4) as share
from counted
order by source, access_state
