-- Grain: one row if some text to compare was not read, else none.
-- Reads: pairs_to_compare, story_texts.
with wanted as (
    select text as id from pairs_to_compare
    union
    select other_text from pairs_to_compare
)
select id
from wanted
anti join story_texts using (id)
limit 1;
