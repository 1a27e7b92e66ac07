-- Grain: one row per reason for which documents of runs since $since were dropped.
select
    outcome,
    coalesce(reason, '(none)') as reason,
    count(*) as documents,
    min(coalesce(url, locator)) as example
from documents
semi join (select run_id from runs where started_at >= date '$since') as since using (run_id)
where outcome in ('rejected', 'failed')
group by all
order by documents desc, outcome, reason
