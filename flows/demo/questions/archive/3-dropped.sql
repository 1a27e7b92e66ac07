-- What is not in the tables, and why?
select
    outcome,
    reason,
    count(*) as documents,
    min(coalesce(url, locator)) as example
from documents
where outcome in ('rejected', 'failed')
group by outcome, reason
order by documents desc, reason
