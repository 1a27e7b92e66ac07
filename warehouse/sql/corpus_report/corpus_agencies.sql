-- Grain: one row per news agency that articles since $since credit: the first 12.
select
    agency,
    sum(articles)::bigint as articles,
    count(distinct domain) as sites
from agencies
where coalesce(month, date '$since') >= date_trunc('month', date '$since')
group by agency
order by articles desc, agency
limit 12
