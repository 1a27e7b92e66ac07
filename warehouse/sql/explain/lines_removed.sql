-- Grain: one row per source with lines that are removed from new pages, with these.
select
    source,
    list(line) as lines
from boilerplate
where is_removed
group by source;
