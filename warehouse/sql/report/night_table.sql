-- Grain: one row per source of a nightly run, with the columns of its closing table.
select
    source,
    found,
    new,
    known,
    excluded,
    fetched,
    reread,
    unchanged,
    loaded,
    revised,
    rejected,
    failed,
    refused + postponed as waiting,
    newest_at,
    discovery,
    problem,
    possible_loss
from visits
where run_id = $run_id
order by source;
