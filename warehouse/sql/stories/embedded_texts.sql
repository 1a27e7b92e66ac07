-- Grain: one row per text outside the scope that is the smaller part of a text of the scope.
-- Reads: merging_pairs, story_scope.
create or replace temp table wanted_texts as
with texts as (
    select distinct content_hash from story_scope
)
select distinct shorter as content_hash
from merging_pairs
where is_part
    and longer in (from texts)
    and shorter not in (from texts);
