-- Grain: one row per run that was committed before the run $run_id. Reads: order_of_runs.
create temp table earlier_runs as
select run_id
from order_of_runs
where (ended_at, run_id) < (
    select (ended_at, run_id)
    from order_of_runs
    where run_id = $run_id
);
