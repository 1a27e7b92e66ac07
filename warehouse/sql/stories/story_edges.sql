-- Grain: one row per two nodes that are in one cluster: an article and each of its texts, two texts
-- that share half of the longer one, and, for the articles around those that may change (level 2),
-- the article and its present cluster.
-- Reads: story_scope, story_nodes, merging_pairs, scope_clusters.
with texts as (select key, node from story_nodes where kind = 'text'),
articles as (select key, node from story_nodes where kind = 'article')
select
    articles.node as one,
    texts.node as other
from story_scope
join articles on articles.key = article_id
join texts on texts.key = content_hash
union all
select
    longer.node as one,
    shorter.node as other
from merging_pairs
join texts as longer on longer.key = merging_pairs.longer
join texts as shorter on shorter.key = merging_pairs.shorter
where not is_part
union all
select
    articles.node as one,
    clusters.node as other
from (select distinct article_id from story_scope where level = 2) as around
join scope_clusters using (article_id)
join articles on articles.key = article_id
join story_nodes as clusters on clusters.kind = 'cluster' and clusters.key = cluster_id;
