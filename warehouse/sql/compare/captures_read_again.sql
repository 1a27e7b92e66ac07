-- Grain: one row per capture, an update of `captures`. If the present extractor gets a capture's
-- text from the stored bytes of a version, too, the page has not changed: the capture gets the
-- hashes that the version is stored with, so that resolve.sql takes it for a duplicate of it. If
-- versions before and after the capture both qualify, the one before is used. Revisits of the
-- capture in the same run get the same hashes, for they have its text (`content_position`).
-- Reads: verdicts.
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
