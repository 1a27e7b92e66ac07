-- Grain: one row: how many documents of the run that became articles, or are known as articles, have
-- no source: no `--source` was given, and they name neither a publication nor an address.
select count(*) as documents
from documents
where run_id = $run_id
    and outcome in ('loaded', 'revised', 'duplicate')
    and source is null;
