-- Grain: one row per file, source and set of headers that an earlier version stored in an entry.
-- Most entries have none: to look for the word first costs a tenth of parsing all of them.
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
