-- Grain: one row per reason for which the run dropped documents, the ten most frequent ones first.
select
    outcome,
    reason,
    count(*) as documents,
    min(coalesce(url, locator)) as example
from documents
where run_id = $run_id
    and outcome in ('rejected', 'failed')
group by outcome, reason
order by documents desc, outcome, reason
limit 10;
