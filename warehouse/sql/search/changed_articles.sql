-- Grain: one row per article whose current version the new files change, with the stored name of its
-- source. An older version may be the current one again: it is looked up in the files of its days.
-- Reads: new_article_versions with the new files; current_again; article_versions with the files of
-- days_again; standings as published.
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
anti join (from standings where is_outdated) as outdated using (article_id, version)
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
