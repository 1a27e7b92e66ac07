-- Grain: one row per text outside the scope that has a text of the scope as its smaller part. A new
-- story in it may show that it is a round-up. Reads: merging_pairs, story_scope.
create or replace temp table wanted_texts as
with texts as (
    select distinct content_hash from story_scope
)
select distinct longer as content_hash
from merging_pairs
where is_part
    and shorter in (from texts)
    and longer not in (from texts);
