-- The articles around the wanted texts. Articles and clusters are found by their hashes; others with the
-- same hash do no harm. Their places are found first; otherwise DuckDB would read all columns.
-- Reads: wanted_texts, near_fingerprints (those of the days of these texts), current_clusters.

-- Grain: one row per article that has a wanted text.
create or replace temp table holders as
select distinct article_id
from near_fingerprints
semi join wanted_texts using (content_hash);

-- Grain: one row per such article that ever had copies: its place in current_clusters.
create or replace temp table holder_places as
select place
from current_clusters
where id_hash in (select md5_number_lower(article_id) from holders);

-- Grain: one row per article of their present clusters: its place.
create or replace temp table member_places as
select place
from current_clusters
where cluster_hash in (
    select around.cluster_hash
    from current_clusters as around
    where around.place in (from holder_places)
);

-- Grain: one row per article of either kind: its present cluster, NULL if it never had one.
create or replace temp table scope_members as
with clustered as (
    select article_id, cluster_id, change
    from current_clusters
    where place in (from member_places)
)
from clustered
union all by name
select article_id
from holders
anti join clustered using (article_id);
