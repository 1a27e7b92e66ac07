-- Grain: one row per document of the run with a position from $first to $last, in the order of
-- reading: the rows of `documents`. Columns: an article's version keeps `extra` itself, all others
-- have it here.
select
    $run_id as run_id,
    -- The path of a page that was taken down may name it.
    if(
        outcomes.reason = 'taken_down' and not contains(processed.locator, '#'),
        'taken_down/' || left(md5($run_id || chr(10) || processed.locator), 16),
        processed.locator
    ) as locator,
    coalesce(
        $source,
        processed.publication,
        processed.domain,
        -- What was dropped has no domain of its own.
        if(processed.outcome is null, null, domain_of(processed.url))
    ) as source,
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
    coalesce(processed.whole_hash, captures.whole_hash) as whole_hash,
    if(outcomes.outcome in ('loaded', 'revised'), null, processed.extra) as extra
from processed
join outcomes using (position)
left join captures using (position)
where processed.position between $first and $last
order by processed.position;
