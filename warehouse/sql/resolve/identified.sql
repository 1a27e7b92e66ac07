-- Grain: one row per document of the run that has a text: the article that it belongs to, and the
-- key of this article. A stored article keeps its id even if newer rules would make another id from
-- its key. Keys that several stories claim are decided afterwards
-- (tasks/load/shared_canonicals.py), which overwrites the rows here. Reads: processed, holders,
-- article_keys, changed_article_keys.
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
        -- The id of this key is used by an article that has another key under newer rules.
        when processed.article_id in (from renamed) then id_of(processed.url_key || '#')
        else processed.article_id
    end as article_id,
    processed.url_key
from processed
left join held on held.key = processed.url_key
where outcome is null;
