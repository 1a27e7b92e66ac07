-- Grain: one row per document of the run $run_id that the ledger lacks: it was read again.
select
    $run_id as run_id,
    processed.locator,
    coalesce($source, read_again.source) as source,
    processed.url,
    read_again.outcome,
    if(read_again.outcome in ('rejected', 'failed'), processed.step, 'resolve') as step,
    read_again.reason,
    processed.detail,
    processed.page_type,
    read_again.article_id,
    read_again.version,
    processed.fetched_at,
    processed.bytes,
    null as seconds,
    processed.whole_hash
from processed
join read_again using (position)
where is_unlisted
order by processed.position;
