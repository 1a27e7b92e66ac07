-- Grain: one row per run, with the time by which the runs have their order. That is the time of the
-- commit. A row of `runs` that a repair has made again has no code_version and does not know it: the
-- run's id says when it began.
create or replace view order_of_runs as
with known as (
    select run_id from runs
    union
    select run_id from documents
    union
    select run_id from article_versions
)
select
    run_id,
    coalesce(
        if(code_version is null, null, finished_at),
        try_strptime(split_part(run_id, '-', 1), '%Y%m%dT%H%M%S%fZ')::timestamptz
    ) as ended_at
from known
left join runs using (run_id);
