-- Grain: one row per pair of versions that was compared. Reads: version_pairs, compared_versions.
select
    version_pairs.article_id,
    version_pairs.version,
    version_pairs.previous_version,
    version_pairs.change_reason,
    version_pairs.comparison,
    compared_versions.* exclude (number, changes),
    $run_id as run_id
from compared_versions
join version_pairs using (number)
order by number;
