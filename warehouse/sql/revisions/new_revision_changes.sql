-- Grain: one row per changed paragraph of a pair of versions that was compared.
-- Reads: version_pairs, compared_versions.
with changes as (
    select
        number,
        unnest(changes) as change
    from compared_versions
)
select
    version_pairs.article_id,
    version_pairs.version,
    change.*,
    version_pairs.comparison,
    $run_id as run_id
from changes
join version_pairs using (number)
order by number, change.position;
