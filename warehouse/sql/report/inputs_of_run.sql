-- Grain: one row per input that the run read: those that lack declared documents first, then tables,
-- then other files, then folders of single documents.
select
    path,
    kind,
    encoding,
    dialect,
    mapping,
    declared,
    found,
    detail
from inputs
where run_id = $run_id
order by
    coalesce(declared, found) > found desc,
    mapping is null,
    contains(path, '/') and path like '%/',
    found desc,
    path;
