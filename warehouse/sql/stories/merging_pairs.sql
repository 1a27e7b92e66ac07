-- Grain: one row per pair of texts that may be in one cluster. Columns: longer and shorter are the
-- two texts by their numbers of shingles; is_part is true if they share less than half of the
-- longer one, which may then be a round-up (tasks/stories/components.py). can_join is false if they
-- share less than $least_part of the longer one, since a teaser of two lines is in many articles:
-- such a part only shows that a text has several stories. Parts of fewer than $least_story shingles
-- show nothing, because they may be standing phrases. Parts of fewer than $least_joining are left out
-- in any case: a text that is one phrase would join all stories that have it.
-- Reads: near_pairs, those of the texts of the scope.
select
    if(containment <= containment_other, content_hash, other_hash) as longer,
    if(containment <= containment_other, other_hash, content_hash) as shorter,
    least(containment, containment_other) < $least_half as is_part,
    least(containment, containment_other) >= $least_part as can_join
from near_pairs
where kind <> 'related'
    and case
        when least(containment, containment_other) >= $least_half then true
        when least(containment, containment_other) >= $least_part then shared >= $least_joining
        else shared >= $least_story
    end
