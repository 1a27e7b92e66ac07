-- Grain: one row per article whose cluster this run changes. The id of a cluster is the smallest
-- article_id in it, so that it does not depend on the order in which nights are loaded.
-- Reads: story_scope, story_nodes, node_groups, scope_clusters.
create or replace temp table cluster_changes as
with grouped as (
    select
        key as article_id,
        number,
        min(key) over (partition by number) as cluster_id,
        count(*) over (partition by number) as articles
    from story_nodes
    join node_groups using (node)
    where kind = 'article'
),
changed as (
    select
        grouped.article_id,
        grouped.cluster_id,
        coalesce(change, 0) + 1 as change,
        scope_clusters.cluster_id as present_id
    from grouped
    left join scope_clusters using (article_id)
    where grouped.cluster_id is distinct from scope_clusters.cluster_id
        and (articles > 1 or scope_clusters.cluster_id is not null)
),
published as (
    select distinct article_id
    from story_scope
    where is_published
)
select
    changed.article_id,
    changed.cluster_id,
    $run_id as run_id,
    change::integer as change,
    case
        when present_id is not null then present_id
        when published.article_id is not null and changed.article_id <> changed.cluster_id
        then changed.article_id
    end as previous_id
from changed
left join published using (article_id)
order by changed.article_id;
