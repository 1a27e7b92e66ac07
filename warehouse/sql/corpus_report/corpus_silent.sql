-- Grain: one row per silent change of a title since $since: the 12 newest.
with silent as materialized (
    select
        article_id,
        version,
        previous_version,
        words_added,
        words_removed,
        fetched_at
    from revisions
    join (select article_id, version, fetched_at from article_versions) as versions
        using (article_id, version)
    where is_silent
        and title_changed
        and coalesce(fetched_at::date, date '$since') >= date '$since'
    order by fetched_at desc nulls last, article_id, version
    limit 12
),
named as materialized (
    -- By a semi join, because a join would keep the titles of all versions in memory.
    select
        article_id,
        version,
        title,
        coalesce(source, domain) as source,
        url
    from article_versions
    semi join silent using (article_id)
)
select
    silent.fetched_at,
    newer.source,
    older.title as old_title,
    newer.title as new_title,
    words_added,
    words_removed,
    newer.url
from silent
join named as newer using (article_id, version)
join named as older
    on older.article_id = silent.article_id
    and older.version = silent.previous_version
order by silent.fetched_at desc nulls last, silent.article_id, silent.version
