-- Grain: one row per source that has lines to remove from new pages, with a list of the lines.
select
    source,
    list(line) as lines
from boilerplate
where is_removed
group by source;
