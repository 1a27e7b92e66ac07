-- Grain: one row per document of the run that has a text, or repeats one: what is compared with the
-- states of its article. A revisit counts as a capture of the bytes that it refers to: had the server
-- sent them again, the result would be the same. Reads: processed, identified, reprocessed,
-- originals, known.
create temp table captures as
with revisited as (
    -- Where `reprocess` has read the bytes of the original again, the version that it made counts.
    select
        originals.position,
        content.article_id,
        -- A version that this run makes is not stored yet: its document has the columns.
        if(reprocessed.position is null, content.version, null) as content_version,
        reprocessed.position as content_position,
        content.content_hash,
        content.whole_hash,
        content.payload_digest
    from originals
    join known as stored
        on stored.article_id = originals.article_id
        and stored.version = originals.version
        and stored.is_version
    join known as content
        on content.article_id = stored.article_id
        and content.version = coalesce(stored.replaced_by, stored.version)
        and content.is_version
    left join reprocessed
        on reprocessed.article_id = content.article_id
        and reprocessed.version = content.version
        and reprocessed.outcome = 'revised'
)
select
    position,
    identified.article_id,
    fetched_at,
    content_hash,
    coalesce(whole_hash, content_hash) as whole_hash,
    payload_digest,
    false as is_revisit,
    null::integer as content_version,
    position as content_position
from processed
join identified using (position)
anti join reprocessed using (position)
union all
select
    position,
    revisited.article_id,
    processed.fetched_at,
    revisited.content_hash,
    revisited.whole_hash,
    revisited.payload_digest,
    true as is_revisit,
    content_version,
    content_position
from revisited
join processed using (position)
union all
select
    originals.position,
    identified.article_id,
    revisit.fetched_at,
    original.content_hash,
    coalesce(original.whole_hash, original.content_hash) as whole_hash,
    original.payload_digest,
    true as is_revisit,
    null as content_version,
    original_position as content_position
from originals
join processed as revisit on revisit.position = originals.position
join processed as original on original.position = original_position
join identified on identified.position = original_position;
