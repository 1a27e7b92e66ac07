-- Grain: one row per text of the articles that stay in a cluster with a taken article.
-- Reads: fingerprints, cluster_members, taken_articles.
with current_clusters as (
    select
        article_id,
        arg_max(cluster_id, change) as cluster_id
    from cluster_members
    group by article_id
),
touched as (
    select cluster_id
    from current_clusters
    semi join taken_articles using (article_id)
),
staying as (
    select article_id
    from current_clusters
    semi join touched using (cluster_id)
    anti join taken_articles using (article_id)
)
select distinct content_hash
from fingerprints
semi join staying using (article_id)
order by all;
