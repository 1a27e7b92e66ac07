-- Which pages could not be had at once, or at all?
select
    source,
    outcome,
    reason,
    count(*) as attempts,
    min(url_key) as example
from fetches
where kind = 'article'
    and outcome in ('failed', 'refused', 'postponed')
group by all
order by source, reason
