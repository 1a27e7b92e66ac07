-- Grain: one row per outdated version.
-- Reads: superseded_history, of which the newest change of each version counts. Rows of older
-- Broadsheets have neither `change` nor `is_outdated`; they stand for change 1 and true.
select
    article_id,
    version,
    arg_max(run_id, coalesce(change, 1)) as run_id,
    max(coalesce(change, 1)) as change,
    true as is_outdated
from superseded_history
group by article_id, version
having arg_max(coalesce(is_outdated, true), coalesce(change, 1))
