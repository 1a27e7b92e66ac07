-- Grain: one row, or none: when the article with this id or address was taken down.
select taken_at
from takedowns
where article_id in ($named, $key_id)
    or list_contains(key_ids, $key_id)
limit 1
