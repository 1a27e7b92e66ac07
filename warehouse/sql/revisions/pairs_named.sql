-- Grain: one row per revision of the article $article_id: the pair of versions that it compares.
select
    previous_version,
    version,
    change_reason
from revisions
where article_id = $article_id;
