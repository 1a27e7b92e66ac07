-- Grain: one row per new version of an article: the part of the sorted output that it belongs to.
-- Parts are consecutive ranges of the order in which the rows of new_versions.sql are written, each
-- with about $part_bytes, so that each can be sorted in memory. There are about $most_parts at
-- most, since each part is an open file while rows are distributed. Reads: contents, decided.
create temp table version_parts as
with sized as (
    select
        contents.position,
        published_at,
        strlen(text) + 1000 as bytes -- an estimate: 1,000 bytes for the other columns
    from contents
    join decided using (position)
    where decided.outcome in ('loaded', 'revised')
),
placed as (
    select
        position,
        sum(bytes) over (order by published_at, position) as bytes_before,
        sum(bytes) over () as bytes_of_all
    from sized
)
select
    position,
    (bytes_before // greatest($part_bytes, bytes_of_all // $most_parts))::int as part
from placed;
