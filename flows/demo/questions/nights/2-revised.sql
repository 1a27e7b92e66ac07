-- What did publishers change after publication?
select
    newer.title,
    words_added,
    words_removed,
    round(similarity, 2) as similarity,
    revisions.change_reason,
    is_silent
from revisions
join article_versions as newer using (article_id, version)
order by newer.title
