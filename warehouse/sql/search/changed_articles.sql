-- Grain: one row per article whose current version the new files change, with the stored name of its
-- source. An older version may be the current one again: only its row is looked up in all files.
-- Reads: new_article_versions and new_superseded with the new files; article_versions with all files;
-- standings as published.
with outdated as (
    select
        article_id,
        version
    from standings
    where is_outdated
),
current_again as (
    select distinct
        article_id,
        version
    from new_superseded
    anti join outdated using (article_id, version)
    anti join new_article_versions using (article_id, version)
)
select
    article_id,
    version,
    source,
    published_date,
    language,
    title,
    url,
    text,
    authors
from new_article_versions
anti join outdated using (article_id, version)
union all
select
    article_id,
    version,
    source,
    published_date,
    language,
    title,
    url,
    text,
    authors
from article_versions
semi join current_again using (article_id, version);
