-- Grain: one row per text of the pairs to compare. Reads: versions, candidate_texts,
-- pairs_to_compare.
create or replace temp table story_texts as
with wanted as (
    select text as id from pairs_to_compare
    union
    select other_text from pairs_to_compare
)
select
    candidate_texts.text as id,
    candidate_texts.content_hash,
    versions.text,
    row_number() over () as number
from candidate_texts
semi join wanted on wanted.id = candidate_texts.text
join versions
    on versions.article_id = place.article_id
    and versions.version = place.version;
