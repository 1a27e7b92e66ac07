-- Grain: one row per address and place that listed it in this run.
select
    $run_id as run_id,
    listed.*
from listed
order by source, place, url;
