-- Grain: one row: the row of the run $run_id, which `runs` lacks, made from the other tables. Its
-- flow can be told only if it visited sources or reprocessed pages.
with ledger as (
    select
        run_id,
        count(*) as documents,
        count(*) filter (outcome = 'loaded') as loaded,
        count(*) filter (outcome = 'revised') as revised,
        count(*) filter (outcome = 'duplicate') as duplicate,
        count(*) filter (outcome = 'rejected') as rejected,
        count(*) filter (outcome = 'failed') as failed
    from documents
    group by run_id
),
versions as (
    select
        run_id,
        max(loaded_at) as loaded_at,
        bool_or(change_reason = 'reprocess') as reprocessed
    from article_versions
    group by run_id
),
visited as (
    select
        run_id,
        any_value(night) as night
    from visits
    group by run_id
)
select
    run_id,
    case
        when visited.run_id is not null then 'nightly'
        when reprocessed then 'reprocess'
        else 'unknown'
    end as flow,
    if(night is null, '{}', json_object('night', night::varchar)::varchar) as parameters,
    []::varchar[] as inputs,
    try_strptime(split_part(run_id, '-', 1), '%Y%m%dT%H%M%S%fZ')::timestamptz as started_at,
    loaded_at as finished_at,
    documents,
    loaded,
    revised,
    duplicate,
    rejected,
    failed,
    null as code_version,
    null as extractor_version,
    null as snapshots
from ledger
left join versions using (run_id)
left join visited using (run_id)
anti join runs using (run_id)
where run_id = $run_id;
