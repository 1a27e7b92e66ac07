-- Grain: one row per line of a source whose state this run changes.
select
    source,
    line,
    change,
    state,
    articles,
    days,
    share,
    changed_at,
    run_id
from boilerplate_changes
order by source, line;
