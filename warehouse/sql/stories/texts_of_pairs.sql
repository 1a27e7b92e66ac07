-- Grain: one row per text of the pairs numbered $first to $last in the table pairs_to_decide.
-- Reads: pairs_to_decide, story_texts.
with wanted as (
    select text as id from pairs_to_decide where number between $first and $last
    union
    select other_text from pairs_to_decide where number between $first and $last
)
select content_hash, text
from story_texts
semi join wanted using (id)
where text is not null;
