-- Grain: one row per document of the run, in the order of reading.
select
    $run_id as run_id,
    processed.locator,
    coalesce($source, processed.publication) as source,
    processed.url,
    coalesce(decided.outcome, processed.outcome) as outcome,
    if(decided.position is null, processed.step, 'resolve') as step,
    if(decided.position is null, processed.reason, decided.duplicate_reason) as reason,
    processed.detail,
    processed.page_type,
    coalesce(decided.article_id, processed.article_id) as article_id,
    decided.version,
    processed.fetched_at,
    processed.bytes,
    processed.seconds,
    processed.whole_hash
from processed
left join decided using (position)
order by processed.position;
