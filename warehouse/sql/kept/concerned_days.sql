-- The days whose counts new files change.
-- Reads: new_article_versions, new_superseded, new_cluster_members, keys.article_keys.

-- Grain: one row per key of an article that has several versions of which one is new, of which a
-- version was outdated or restored, or whose cluster changes: the day of a version of it.
create temp table dates_of as
with changed as (
    select article_id from new_article_versions where version > 1
    union
    select article_id from new_superseded
    union
    select article_id from new_cluster_members
)
select
    id_hash,
    published_date
from keys.article_keys
where id_hash in (select md5_number_lower(article_id) from changed);

-- Grain: one row per day of such an article or of a new version, NULL for those without a date.
create temp table concerned_days as
select published_date from new_article_versions
union
select published_date from dates_of;
