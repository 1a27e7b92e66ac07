-- Grain: one row per place of story_places and sampled shingle that some text of the chunk has, too.
-- Reads: shared_hashes, story_places.
create or replace temp table hits as
select
    number,
    is_own,
    day,
    hash
from shared_hashes
join story_places using (text);
