-- Grain: as `captures`, whose rows it changes.
-- Changes `captures`. A capture whose text a stored version has under the present extractor, too, gets
-- the hashes that this version is stored with: it repeats that version. A version before it in time
-- counts rather than one after it. Revisits of the capture in the same run have its text.
update captures
set
    content_hash = repeated.content_hash,
    whole_hash = repeated.whole_hash
from (
    select distinct on (position)
        position,
        content_hash,
        whole_hash
    from verdicts
    where verdict = 'same'
    order by position, side = 'after', seen_at desc nulls last, version desc
) as repeated
where captures.content_position = repeated.position;
