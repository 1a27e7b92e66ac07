-- Grain: one row per article that has no current version, or several; none when all is well.
-- Only articles with a second version or an outdated one can be wrong, so that a warehouse of
-- millions is checked by counting some thousands of rows.
with concerned as (
    select article_id
    from article_versions
    where version > 1
    union
    select article_id
    from superseded
)
select
    article_id,
    count(*) filter (superseded.version is null) as current_versions
from article_versions
semi join concerned using (article_id)
left join superseded using (article_id, version)
group by article_id
having count(*) filter (superseded.version is null) <> 1
