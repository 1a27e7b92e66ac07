-- Grain: one row per row of `compared` and place that may have bytes of the version's text, the
-- best place first: the nearest in time to the state that the capture is compared with. Such places
-- are the locator of the version itself and those of the documents that repeated it. A document in
-- an archive counts only if it had the same bytes as the version, so that the digest can be
-- checked: the archive may have been replaced since. Files of the raw zone never change.
-- Reads: compared, article_versions, documents, runs.
with stored as (
    select
        article_id,
        version,
        fetched_at,
        locator,
        run_id,
        payload_digest,
        null as reason
    from article_versions
    semi join compared using (article_id, version)
),
repeated as (
    select
        article_id,
        version,
        documents.fetched_at,
        documents.locator,
        documents.run_id,
        if(documents.reason = 'same_bytes', stored.payload_digest, null) as payload_digest,
        documents.reason
    from stored
    join documents using (article_id, version)
    where documents.outcome = 'duplicate'
        and documents.reason in ('same_bytes', 'same_text')
),
places as (
    select
        *,
        -- The flow is checked, too, because an ingested folder may have a subfolder named raw.
        starts_with(locator, 'raw/') and runs.flow is distinct from 'ingest' as is_raw
    from (
        from stored
        union all
        from repeated
    )
    left join (select run_id, flow from runs) as runs using (run_id)
)
select
    compared.position,
    compared.version,
    compared.side,
    locator,
    run_id,
    is_raw,
    payload_digest
from compared
join places using (article_id, version)
where compared.is_same_bytes is not true
    and (is_raw or reason is distinct from 'same_text')
order by
    compared.position,
    compared.version,
    compared.side,
    abs(epoch_us(compared.seen_at) - epoch_us(places.fetched_at)) nulls last,
    run_id desc,
    locator;
