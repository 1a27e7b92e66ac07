-- Grain: one row per document of the run, in the order of reading.
select
    $run_id as run_id,
    processed.locator,
    coalesce($source, processed.publication) as source,
    processed.url,
    coalesce(processed.outcome, decided.outcome) as outcome,
    coalesce(processed.step, 'resolve') as step,
    coalesce(processed.reason, decided.duplicate_reason) as reason,
    processed.detail,
    processed.page_type,
    processed.article_id,
    decided.version,
    processed.fetched_at,
    processed.bytes,
    processed.seconds
from processed
left join decided using (position)
order by processed.position;
