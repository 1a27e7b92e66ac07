-- Grain: one row per new version of an article, in any order; `part` numbers ranges of the order in
-- which they are written.
with first_versions as (
    select
        article_id,
        fetched_at
    from known
    where version = 1
        and is_version
    union all
    select
        article_id,
        fetched_at
    from decided
    where outcome = 'loaded'
)
select
    version_parts.part,
    contents.position,
    decided.article_id,
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
        date_candidates
    ),
    decided.version,
    case
        when decided.version > 1 then coalesce($change_reason, decided.change_reason)
    end as change_reason,
    coalesce($source, contents.publication) as source,
    first_versions.fetched_at as first_seen_at,
    $loaded_at::timestamptz as loaded_at,
    contents.content_hash as cluster_id,
    $run_id as run_id
from contents
join decided using (position)
join version_parts using (position)
left join first_versions on first_versions.article_id = decided.article_id
where decided.outcome in ('loaded', 'revised');
