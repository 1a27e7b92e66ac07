-- Grain: one row per taken article and key of it that is of no other article: a page may declare the
-- address of another one as its own. Reads: taken_articles, article_versions, article_keys,
-- documents.
with keys as (
    select
        article_id,
        unnest([url_key, own_key, claimed_key]) as key
    from article_versions
    semi join taken_articles using (article_id)
    union
    select
        article_id,
        url_key as key
    from article_keys
    semi join taken_articles using (article_id)
    union
    select
        article_id,
        key_of(url) as key
    from documents
    semi join taken_articles using (article_id)
    where url is not null
),
of_others as (
    select unnest([url_key, own_key]) as key
    from article_versions
    anti join taken_articles using (article_id)
    union
    select url_key as key
    from article_keys
    anti join taken_articles using (article_id)
)
select
    article_id,
    key
from keys
anti join of_others using (key)
where key is not null
order by all;
