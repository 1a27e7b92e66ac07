-- Grain: one row per new version of an article: which part of the sorted rows it belongs to. Parts
-- are ranges of the order in which `new_versions` is to be written, of $part_bytes of text each.
create temp table version_parts as
with sized as (
    select
        contents.position,
        published_at,
        strlen(text) + 1000 as bytes -- of the other columns
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
    -- Each part is a file that is open while the rows are shared out.
    (bytes_before // greatest($part_bytes, bytes_of_all // $most_parts))::int as part
from placed;
