-- Grain: one row per text that may change its cluster and a text that is its smaller part. Columns:
-- can_join as in merging_pairs.sql.
-- Reads: story_scope, story_nodes, merging_pairs.
with changing as (
    select distinct content_hash from story_scope where level < 2
)
select
    longer.node as longer,
    shorter.node as shorter,
    can_join
from merging_pairs
join story_nodes as longer on longer.kind = 'text' and longer.key = merging_pairs.longer
join story_nodes as shorter on shorter.kind = 'text' and shorter.key = merging_pairs.shorter
where is_part
    and merging_pairs.longer in (from changing);
