-- Grain: one row per document of the run that has a text, or that is a revisit of one with a text.
-- resolve.sql compares these captures with the states of their articles. A revisit record counts as
-- a capture of the bytes that it refers to: the result is the same as if the server had sent them
-- again. Columns: content_position is the document of this run that has the text; content_version
-- is the stored version that has it (either may be NULL, not both).
-- Reads: processed, identified, reprocessed, originals, known.
create temp table captures as
with revisited as (
    -- Revisits of stored versions. If `reprocess` has read the original's bytes again, the revisit
    -- has the text of the version that it made.
    select
        originals.position,
        content.article_id,
        -- A version that this run makes is not stored yet: its columns come from the document.
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
-- Documents with a text of their own. Those in `reprocessed` are decided there.
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
-- Revisits of documents of this run.
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
