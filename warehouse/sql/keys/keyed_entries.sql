-- Grain: one row per file, source and set of headers that an earlier version stored in an entry.
-- Most entries have no headers: searching for the word first takes a tenth of the time of parsing all.
with candidates as (
    select
        filename,
        source,
        json_extract(entry, '$.headers') as headers
    from stored_visits
    where contains(entry, '"headers"')
)
select
    filename,
    source,
    headers
from candidates
where headers is not null
group by all
order by all;
