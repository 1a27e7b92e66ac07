-- Grain: one row per run that has documents. Reads: $documents.
select
    run_id,
    count(*) as documents,
    count(*) filter (outcome = 'loaded') as loaded,
    count(*) filter (outcome = 'revised') as revised,
    count(*) filter (outcome = 'duplicate') as duplicate,
    count(*) filter (outcome = 'rejected') as rejected,
    count(*) filter (outcome = 'failed') as failed
from $documents
group by run_id
