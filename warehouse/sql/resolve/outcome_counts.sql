-- Grain: one row per outcome and reason of the run.
select
    outcome,
    reason,
    count(*) as documents
from outcomes
group by all
order by all;
