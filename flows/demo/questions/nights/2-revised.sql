-- What did publishers change after publication?
select
    newer.title,
    older.word_count as words_before,
    newer.word_count as words_after,
    newer.change_reason
from article_versions as newer
join article_versions as older
    on older.article_id = newer.article_id
    and older.version = newer.version - 1
order by newer.title
