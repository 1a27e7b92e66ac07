-- Grain: one row per version of the run $run_id that the ledger lacks, as a row of the ledger. The
-- documents could not be read again. The version of a revisit has the locator of the bytes that it
-- repeats, so a locator that the run has already is left out.
with lacking as (
    select
        *,
        row_number() over (partition by locator order by fetched_at, version) as number
    from article_versions
    anti join (
        from documents
        where run_id = $run_id
            and outcome in ('loaded', 'revised')
    ) using (article_id, version)
    where run_id = $run_id
),
listed as (
    select distinct locator
    from documents
    where run_id = $run_id
)
select
    run_id,
    if(number > 1 or lacking.locator in (from listed), null, lacking.locator) as locator,
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
from lacking
order by locator;
