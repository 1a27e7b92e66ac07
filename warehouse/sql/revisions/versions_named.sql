-- Grain: one row per version of the article with this article_id or address, in the order of their
-- capture times; an address may be that of any version. Of several articles with one address the
-- one with the smallest article_id counts.
with named as (
    select min(article_id) as article_id
    from article_versions
    where article_id = $named
        or url = $named
        or url_key = $url_key
        or own_key = $url_key
)
select
    article_id,
    version,
    change_reason,
    url,
    fetched_at,
    title,
    coalesce(text, '') as text,
    text is null as is_reduced,
    coalesce(authors, []) as authors,
    published_at,
    published_date,
    modified_at,
    coalesce(learned_lines, []) as learned_lines
from article_versions
semi join named using (article_id)
order by fetched_at nulls first, version;
