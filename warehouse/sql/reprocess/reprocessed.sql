-- Grain: one row per document whose bytes (by locator) gave a stored version, in a run of `reprocess`;
-- any other run has nothing_reprocessed.sql instead. If that version is the current one, it is compared with the present result, in the
-- columns that the schema marks as compared: tasks/load/resolve.py inserts their names for
-- `compared` and `changes` before the statement is run. A current version that differs gets a new
-- version; any other document is a duplicate.
-- Reads: processed, article_versions, superseded.
create temp table reprocessed as
with stored as (
    select
        locator,
        arg_max(struct_pack(article_id, version, fetched_at, ${compared}), version) as kept
    from article_versions
    semi join processed using (locator)
    group by locator
),
newest as (
    select
        article_id,
        max(version) as version
    from article_versions
    semi join (select kept.article_id from stored) using (article_id)
    group by article_id
),
compared as (
    select
        processed.position,
        kept.article_id,
        kept.fetched_at,
        kept.version as old_version,
        newest.version as newest_version,
        superseded.version is null as is_current,
        -- A text that `prune` has removed is not brought back.
        if(
            list_contains(kept.quality_flags, 'text_removed'),
            [],
            list_filter([${changes}], lambda field: field is not null)
        ) as changed
    from processed
    join stored using (locator)
    join newest on newest.article_id = kept.article_id
    left join superseded
        on superseded.article_id = kept.article_id
        and superseded.version = kept.version
    where processed.outcome is null
)
select
    position,
    article_id,
    fetched_at,
    old_version,
    changed,
    case
        when not is_current then 'outdated_version'
        when len(changed) = 0 then 'same_result'
    end as duplicate_reason,
    if(is_current and len(changed) > 0, newest_version + 1, old_version)::integer as version,
    if(is_current and len(changed) > 0, 'revised', 'duplicate') as outcome
from compared;
