-- Grain: one row per finished run of which rows are missing in `runs`, the ledger or the versions.
-- The row in `runs` says how many rows a run should have. Without it, the remaining rows of the run
-- must do. The numbers include rows that earlier repairs have recorded as lost.
with ledger as (
    select
        run_id,
        count(*) as documents,
        count(*) filter (outcome in ('loaded', 'revised')) as versions
    from documents
    group by run_id
),
versions as (
    select
        run_id,
        count(*) as versions
    from article_versions
    group by run_id
),
known as (
    select run_id from runs
    union
    select run_id from ledger
    union
    select run_id from versions
),
compared as (
    select
        run_id,
        runs.run_id is null as lacks_run,
        coalesce(runs.documents, 0) - coalesce(ledger.documents, 0) as documents,
        coalesce(runs.loaded + runs.revised, ledger.versions, 0)
            - coalesce(versions.versions, 0) as versions,
        coalesce(versions.versions, 0) - coalesce(ledger.versions, 0) as unlisted
    from known
    left join runs using (run_id)
    left join ledger using (run_id)
    left join versions using (run_id)
)
select
    run_id,
    lacks_run,
    greatest(documents, unlisted, 0)::bigint as documents,
    greatest(versions, 0)::bigint as versions
from compared
where run_id not in (select unnest($unfinished::varchar[]))
    and (lacks_run or documents > 0 or versions > 0 or unlisted > 0)
order by run_id;
