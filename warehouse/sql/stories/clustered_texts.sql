-- Grain: one row per text of the articles that have a cluster. Reads: fingerprints, current_clusters.
create or replace temp table wanted_texts as
select distinct content_hash
from fingerprints
semi join current_clusters using (article_id);
