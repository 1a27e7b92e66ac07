-- Grain: one row per document of the run $run_id that the ledger lacks and that was read again. A
-- revisit has no text: its type and hash are those of the version that it repeats.
-- Reads: processed, read_again, article_versions.
select
    $run_id as run_id,
    processed.locator,
    coalesce(
        $source,
        read_again.source,
        if(processed.outcome is null, null, domain_of(processed.url))
    ) as source,
    processed.url,
    read_again.outcome,
    if(read_again.outcome in ('rejected', 'failed'), processed.step, 'resolve') as step,
    read_again.reason,
    processed.detail,
    coalesce(processed.page_type, repeated.page_type) as page_type,
    read_again.article_id,
    read_again.version,
    processed.fetched_at,
    processed.bytes,
    null as seconds,
    coalesce(
        processed.whole_hash,
        repeated.whole_hash,
        repeated.content_hash
    ) as whole_hash,
    if(read_again.outcome in ('loaded', 'revised'), null, processed.extra) as extra
from processed
join read_again using (position)
left join article_versions as repeated
    on processed.reason = 'revisit'
    and repeated.article_id = read_again.article_id
    and repeated.version = read_again.version
where is_unlisted
order by processed.position;
