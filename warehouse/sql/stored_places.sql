-- Grain: one row per row of `compared` and place where bytes lie that had the version's text, the best
-- place first: of the state that the capture is compared with, and then the nearest to it in time. Such
-- places are the version's own, and those of the documents that repeated it. What a document in an archive repeated
-- is known only if its bytes were the same, for the file may have been replaced since; in the raw
-- zone no file is. Reads: compared, article_versions, documents.
with places as (
    select
        stored.article_id,
        stored.version,
        stored.fetched_at,
        stored.locator,
        stored.run_id,
        stored.payload_digest
    from article_versions as stored
    semi join compared using (article_id, version)
    union all
    select
        stored.article_id,
        stored.version,
        documents.fetched_at,
        documents.locator,
        documents.run_id,
        if(documents.reason = 'same_bytes', stored.payload_digest, null) as payload_digest
    from article_versions as stored
    join documents
        on documents.article_id = stored.article_id
        and documents.version = stored.version
    semi join compared
        on compared.article_id = stored.article_id
        and compared.version = stored.version
    where documents.outcome = 'duplicate'
        and (
            documents.reason = 'same_bytes'
            or documents.reason = 'same_text' and starts_with(documents.locator, 'raw/')
        )
)
select
    compared.position,
    compared.version,
    compared.side,
    locator,
    run_id,
    payload_digest
from compared
join places using (article_id, version)
where compared.is_same_bytes is not true
order by
    compared.position,
    compared.version,
    compared.side,
    abs(epoch_us(compared.seen_at) - epoch_us(places.fetched_at)) nulls last,
    run_id desc,
    locator;
