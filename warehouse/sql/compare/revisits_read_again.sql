-- Grain: one row per revisit of a stored version whose bytes were read again, an update of
-- `captures`: it has the text that the present extractor gets from the newest of these bytes.
-- Reads: verdicts.
update captures
set
    content_hash = present_hash,
    whole_hash = coalesce(present_whole, present_hash)
from (
    select
        article_id,
        version,
        arg_max(present_hash, coalesce(seen_at, '-infinity'::timestamptz)) as present_hash,
        arg_max(present_whole, coalesce(seen_at, '-infinity'::timestamptz)) as present_whole
    from verdicts
    where verdict <> 'unknown'
        and present_hash is not null
    group by all
) as present
where captures.content_position is null
    and captures.article_id = present.article_id
    and captures.content_version = present.version;
