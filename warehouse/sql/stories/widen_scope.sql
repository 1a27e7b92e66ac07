-- Grain: one row per article and text, appended to story_scope at the level $level: the articles
-- that have wanted texts, all other articles of their present clusters, and the texts of all these.
-- Columns: is_published tells whether the article had the text before this run.
-- Reads: wanted_texts, fingerprints, current_clusters, story_scope.
insert into story_scope
with holders as (
    select distinct article_id
    from fingerprints
    semi join wanted_texts using (content_hash)
),
touched as (
    select distinct cluster_id
    from current_clusters
    semi join holders using (article_id)
),
members as (
    select article_id from holders
    union
    select article_id
    from current_clusters
    semi join touched using (cluster_id)
)
select
    article_id,
    content_hash,
    $level as level,
    bool_or(run_id <> $run_id) as is_published
from fingerprints
semi join members using (article_id)
anti join story_scope using (article_id)
group by article_id, content_hash;
