-- Grain: one row per article whose cluster this run changes: the rows of cluster_members.
select *
from cluster_changes
order by article_id;
