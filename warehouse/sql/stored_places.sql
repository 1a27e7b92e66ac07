-- Grain: one row per compared capture, version, and place where bytes of that version's text lie, the
-- nearest to the capture in time first: those of the version itself, and of the documents that
-- repeated it. What a document in an archive repeated is known only if its bytes were the same, for
-- the file may have been replaced since; in the raw zone no file is.
with places as (
    select
        compared.position,
        compared.version,
        compared.fetched_at,
        stored.fetched_at as seen_at,
        stored.locator,
        stored.run_id,
        stored.payload_digest
    from compared
    join article_versions as stored using (article_id, version)
    union all
    select
        compared.position,
        compared.version,
        compared.fetched_at,
        documents.fetched_at as seen_at,
        documents.locator,
        documents.run_id,
        if(documents.reason = 'same_bytes', stored.payload_digest, null) as payload_digest
    from compared
    join article_versions as stored using (article_id, version)
    join documents
        on documents.article_id = compared.article_id
        and documents.version = compared.version
    where documents.outcome = 'duplicate'
        and (
            documents.reason = 'same_bytes'
            or documents.reason = 'same_text' and documents.locator like 'raw/%'
        )
)
select distinct
    position,
    version,
    locator,
    run_id,
    payload_digest,
    coalesce(abs(epoch_us(fetched_at) - epoch_us(seen_at)), 0) as distance
from places
order by position, version, distance, run_id, locator;
