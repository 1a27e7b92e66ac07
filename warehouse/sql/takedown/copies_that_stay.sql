-- Grain: one row per article that is no taken one and has a text in common with one of them:
-- a person decides on it.
-- Reads: text_pairs, article_versions, superseded, taken_articles.
with taken as (
    select distinct article_id, content_hash
    from article_versions
    semi join taken_articles using (article_id)
),
pairs as (
    select content_hash, other_hash, kind from text_pairs
    union all
    select other_hash, content_hash, kind from text_pairs
    union all
    select content_hash, content_hash, 'same_text' from taken
),
staying as (
    select article_id, version, url, content_hash
    from article_versions
    anti join taken_articles using (article_id)
    anti join superseded using (article_id, version)
)
select
    staying.article_id,
    any_value(staying.url) as url,
    min(pairs.kind) as kind,
    min(taken.article_id) as copy_of
from taken
join pairs on pairs.content_hash = taken.content_hash
join staying on staying.content_hash = pairs.other_hash
group by staying.article_id
order by copy_of, kind, staying.article_id;
