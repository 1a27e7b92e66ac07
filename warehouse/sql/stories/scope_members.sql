-- Grain: one row per article that has a wanted text, and per article of the present cluster of one:
-- its present cluster, NULL if it never had one.
-- Articles and clusters are found by their hashes. Others with the same hash do no harm.
-- Reads: wanted_texts, near_fingerprints (those of the days of these texts), current_clusters.
create or replace temp table scope_members as
with holders as (
    select distinct article_id
    from near_fingerprints
    semi join wanted_texts using (content_hash)
),
touched as (
    select distinct cluster_hash
    from current_clusters
    where id_hash in (select md5_number_lower(article_id) from holders)
),
clustered as materialized (
    select article_id, cluster_id, change
    from current_clusters
    semi join touched using (cluster_hash)
)
from clustered
union all by name
select article_id
from holders
anti join clustered using (article_id);
