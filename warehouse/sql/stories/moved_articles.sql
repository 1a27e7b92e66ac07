-- Grain: one row per article whose cluster differs after the tables of stories were made anew, ten at
-- most. Reads: cluster_changes, versions.
select
    max_by(title, version) as title,
    previous_id as before,
    cluster_changes.cluster_id as now
from cluster_changes
join versions using (article_id)
where previous_id is not null
group by article_id, previous_id, cluster_changes.cluster_id
order by article_id
limit 10;
