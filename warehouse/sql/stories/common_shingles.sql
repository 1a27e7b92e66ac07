-- Grain: none; removes the shingles of more than $common texts of these days from the hits. They are
-- formulas, and the number of pairs grows with the square. Changes: hits. Reads: story_places.
delete from hits
where hash in (
    with frequent as (
        select hash
        from hits
        group by hash
        having count(*) > $common
    )
    select hash
    from hits
    join story_places using (number)
    where hash in (from frequent)
    group by hash
    having count(distinct text) > $common
);
