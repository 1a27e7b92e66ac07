-- Grain: none; removes the shingles of more than $common texts of these days from the chunk. They are
-- formulas, and the number of pairs grows with the square. Reads: hits. Changes: chunk_hashes.
delete from chunk_hashes
where hash in (
    select hash
    from hits
    group by hash
    having count(distinct text) > $common
);
