-- Grain: one row per stored state whose bytes were read again, an update of `known`: the state gets
-- the hashes of the text that the present extractor gets from its bytes. So resolve.sql decides as
-- if the present extractor had always been used, even where the older one gave the same text of
-- several states that now differ. The stored versions do not change.
-- Reads: verdicts.
update known
set
    content_hash = present_hash,
    whole_hash = coalesce(present_whole, present_hash)
from (
    select distinct on (article_id, version, seen_at)
        article_id,
        version,
        seen_at,
        present_hash,
        present_whole
    from verdicts
    where verdict <> 'unknown'
        and present_hash is not null
    -- A repetition is stored with the digest of its version, although its own bytes may differ.
    order by article_id, version, seen_at, is_same_bytes is true, position
) as present
where known.article_id = present.article_id
    and known.version = present.version
    and known.fetched_at is not distinct from present.seen_at;
