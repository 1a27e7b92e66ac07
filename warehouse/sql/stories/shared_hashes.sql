-- Grain: one row per text and sampled shingle that some text of the chunk has, too.
-- Reads: near_hashes, chunk_hashes.
create or replace temp table shared_hashes as
select distinct
    text,
    hash
from near_hashes
semi join chunk_hashes using (hash);
