-- Grain: one row per attempt of this run.
select
    $run_id as run_id,
    $night as night,
    attempts.* exclude (warc_end)
from attempts
order by source, started_at;
