-- Grain: one row per outcome and reason of the run.
select
    coalesce(decided.outcome, processed.outcome) as outcome,
    if(decided.position is null, processed.reason, decided.duplicate_reason) as reason,
    count(*) as documents
from processed
left join decided using (position)
group by all
order by all;
