-- Grain: one row, the number of rows that joining the chunk with its hits makes.
-- Reads: chunk_hashes, hits.
with own as (
    select
        hash,
        count(*) as texts
    from chunk_hashes
    group by hash
)
select sum(own.texts)
from hits
join own using (hash);
