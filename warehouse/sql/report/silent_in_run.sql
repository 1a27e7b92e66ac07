-- Grain: one row per silent source that the run visited.
select
    source,
    last_day,
    silent_days,
    habit_days
from silent_sources
semi join (select source from visits where run_id = $run_id) using (source)
order by source;
