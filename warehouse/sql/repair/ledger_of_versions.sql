-- Grain: one row per version of the run $run_id that the ledger lacks, as a row of the ledger.
select
    run_id,
    locator,
    source,
    url,
    if(version = 1, 'loaded', 'revised') as outcome,
    'resolve' as step,
    null as reason,
    null as detail,
    page_type,
    article_id,
    version,
    fetched_at,
    null as bytes,
    null as seconds,
    whole_hash,
    null as extra
from article_versions
anti join (from documents where run_id = $run_id) using (locator)
where run_id = $run_id
order by locator;
