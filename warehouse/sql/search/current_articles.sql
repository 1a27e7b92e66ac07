-- Grain: one row per article, at its current version, with the stored name of its source.
-- Reads: article_versions with all files; standings as published.
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
anti join (from standings where is_outdated) as outdated using (article_id, version);
