-- Grain: one row per row of `compared`, with a verdict: the present extractor gets the capture's
-- text from the version's stored bytes (`same`), it gets another text or none (`other`), or the
-- bytes are gone or have changed (`unknown`). Columns: present_hash and present_whole are the hashes
-- of the text that the present extractor gets from these bytes.
-- Reads: compared, captures, wanted (the bytes chosen for each row), read_again (their results).
create temp table verdicts as
select
    compared.*,
    if(compared.is_same_bytes, captures.content_hash, read_again.content_hash) as present_hash,
    if(compared.is_same_bytes, captures.whole_hash, read_again.whole_hash) as present_whole,
    case
        when compared.is_same_bytes then 'same'
        when read_again.position is null
            or read_again.step = 'read'
            or read_again.outcome = 'failed'
            or wanted.payload_digest <> read_again.payload_digest
        then 'unknown'
        when read_again.content_hash = captures.content_hash
            or read_again.whole_hash = captures.whole_hash
        then 'same'
        else 'other'
    end as verdict
from compared
join captures using (position)
left join wanted
    on wanted.position = compared.position
    and wanted.version = compared.version
    and wanted.side = compared.side
left join read_again
    on read_again.part = wanted.part
    and read_again.file = wanted.file
    and read_again.locator = wanted.locator;
