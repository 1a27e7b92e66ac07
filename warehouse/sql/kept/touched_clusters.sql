-- Grain: one row per cluster that articles joined or left, or of which an article changed. It is removed
-- from marts.clustered_stories, to which stories_added.sql adds it anew.
-- Reads: placed_rows, placed_states (story_days_added.sql).
create or replace temp table touched_clusters as
select
    cluster_id,
    md5_number_lower(cluster_id) as cluster_hash
from (
    select cluster_id from placed_rows
    union
    select cluster_id from placed_states
);
delete from marts.marts.clustered_stories
where cluster_hash in (select cluster_hash from touched_clusters);
