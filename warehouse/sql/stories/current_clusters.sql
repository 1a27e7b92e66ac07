-- Grain: one row per article that ever had copies: its present cluster. Reads: cluster_members.
select
    article_id,
    arg_max(cluster_id, change) as cluster_id,
    max(change) as change
from cluster_members
group by article_id
