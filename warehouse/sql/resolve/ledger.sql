-- Grain: one row per document of the run with a position from $first to $last, in the order of reading.
select
    $run_id as run_id,
    processed.locator,
    coalesce($source, processed.publication) as source,
    processed.url,
    outcomes.outcome,
    outcomes.step,
    outcomes.reason,
    outcomes.detail,
    outcomes.page_type,
    outcomes.article_id,
    outcomes.version,
    processed.fetched_at,
    processed.bytes,
    processed.seconds,
    coalesce(processed.whole_hash, captures.whole_hash) as whole_hash
from processed
join outcomes using (position)
left join captures using (position)
where processed.position between $first and $last
order by processed.position;
