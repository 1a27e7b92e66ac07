-- Grain: one row per article that ever had copies: its present cluster. Reads: cluster_members.
select
    article_id,
    arg_max(cluster_id, change) as cluster_id,
    max(change) as change,
    md5_number_lower(article_id) as id_hash,
    md5_number_lower(arg_max(cluster_id, change)) as cluster_hash
from cluster_members
group by article_id
