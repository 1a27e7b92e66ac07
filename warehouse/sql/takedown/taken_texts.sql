-- Grain: one row per taken article and text of it that no article that stays has.
-- Reads: taken_articles, article_versions.
select distinct
    article_id,
    content_hash
from article_versions
semi join taken_articles using (article_id)
where content_hash is not null
    and content_hash not in (
        select content_hash
        from article_versions
        anti join taken_articles using (article_id)
        where content_hash is not null
    )
order by all;
