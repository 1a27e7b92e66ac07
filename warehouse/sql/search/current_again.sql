-- The older versions that new files make the current ones again, and the days of their articles.
-- Reads: new_article_versions and new_superseded with the new files; standings as published;
-- keys.article_keys.

-- Grain: one row per such version.
create temp table current_again as
with outdated as (
    select
        article_id,
        version
    from standings
    where is_outdated
)
select distinct
    article_id,
    version
from new_superseded
anti join outdated using (article_id, version)
anti join new_article_versions using (article_id, version);

-- Grain: one row per day of a version of such an article, NULL for those without a date.
create temp table days_again as
select distinct published_date
from keys.article_keys
where id_hash in (select md5_number_lower(article_id) from current_again);
