-- Grain: one row per part of a condition that an article which is taken down has, and no other
-- article; $parts are all parts.
-- Reads: article_versions, taken_articles.
with texts as (
    select
        article_id in (select article_id from taken_articles) as is_taken,
        concat_ws(
            chr(10), url, url_canonical, title, description, text, array_to_string(authors, chr(10))
        ) as words
    from article_versions
),
asked as (
    select unnest($parts) as part
),
met as (
    select distinct part
    from asked
    join texts on is_taken and words ilike '%' || part || '%'
)
select part
from met
where not exists (
    select 1
    from texts
    where not is_taken and words ilike '%' || part || '%'
)
