-- Grain: one row per document of the run that has a text: the article that it belongs to, and the key
-- that this article is known by. An article keeps its id whatever became of the rules by which ids
-- are made. Keys that several stories claim are settled afterwards (tasks/shared_canonicals.py).
-- Reads: processed, holders, article_keys, changed_article_keys.
create temp table identified as
with held as (
    select
        key,
        min(article_id) as article_id
    from holders
    where not is_resident
    group by key
),
renamed as (
    select article_id from article_keys
    union
    select article_id from changed_article_keys
)
select
    position,
    case
        when held.article_id is not null then held.article_id
        -- An article that is known by another key now was once known by this one.
        when processed.article_id in (from renamed) then id_of(processed.url_key || '#')
        else processed.article_id
    end as article_id,
    processed.url_key
from processed
left join held on held.key = processed.url_key
where outcome is null;
