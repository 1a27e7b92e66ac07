-- Grain: one row per new version that a document with a position from $first to $last became, in
-- any order; `part` is the range of the output order that it belongs to (version_parts.sql). The
-- statement runs once per range, for joins over all documents of a run do not fit into load.memory:
-- 600 MB were not enough for 2 million documents.
with new_versions as (
    select *
    from decided
    where position between $first and $last
        and outcome in ('loaded', 'revised')
),
first_versions as (
    select
        article_id,
        fetched_at
    from known
    where version = 1
        and is_version
        and article_id in (select article_id from new_versions)
    union all
    select
        article_id,
        fetched_at
    from decided
    where outcome = 'loaded'
        and article_id in (select article_id from new_versions)
)
select
    version_parts.part,
    contents.position,
    new_versions.article_id,
    contents.* exclude (
        position,
        article_id,
        outcome,
        step,
        reason,
        detail,
        bytes,
        seconds,
        publication,
        date_candidates,
        links,
        images
    ),
    new_versions.version,
    case
        when new_versions.version > 1
        then coalesce($change_reason, new_versions.change_reason)
    end as change_reason,
    coalesce($source, contents.publication, contents.domain) as source,
    first_versions.fetched_at as first_seen_at,
    $loaded_at::timestamptz as loaded_at,
    null::varchar as cluster_id, -- the published views join it
    $run_id as run_id
from contents
join new_versions using (position)
join version_parts using (position)
left join first_versions on first_versions.article_id = new_versions.article_id
where contents.position between $first and $last
    and version_parts.position between $first and $last;
