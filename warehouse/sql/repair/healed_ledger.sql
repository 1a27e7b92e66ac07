-- Grain: one row per document of the run $run_id that the ledger lacks and that was read again.
-- Reads: processed, read_again, captures.
select
    $run_id as run_id,
    processed.locator,
    coalesce(
        $source,
        processed.publication,
        processed.domain,
        if(processed.outcome is null, null, domain_of(processed.url))
    ) as source,
    processed.url,
    read_again.outcome,
    read_again.step,
    read_again.reason,
    read_again.detail,
    read_again.page_type,
    read_again.article_id,
    read_again.version,
    processed.fetched_at,
    processed.bytes,
    null as seconds,
    coalesce(processed.whole_hash, captures.whole_hash) as whole_hash,
    if(read_again.outcome in ('loaded', 'revised'), null, processed.extra) as extra
from processed
join read_again using (position)
left join captures using (position)
where is_unlisted
order by processed.position;
