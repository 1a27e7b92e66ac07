-- Grain: one row per article, text and present cluster of the scope, numbered from 0.
-- Reads: story_scope, scope_clusters.
create or replace temp table story_nodes as
with keys as (
    select distinct 'article' as kind, article_id as key from story_scope
    union all
    select distinct 'text' as kind, content_hash as key from story_scope
    union all
    select distinct 'cluster' as kind, cluster_id as key
    from scope_clusters
    semi join story_scope using (article_id)
)
select
    kind,
    key,
    (row_number() over (order by kind, key) - 1)::integer as node
from keys;
