-- What did publishers change after publication?
select
    article_id[:8] as article,
    version,
    title,
    word_count as words,
    fetched_at
from article_versions
where article_id in (select article_id from article_versions where version > 1)
order by article_id, version
