-- Grain: one row per pair of texts to compare; pairs that were found before are left out.
-- Reads: candidates, all_pairs.
create or replace temp table pairs_to_compare as
with found_before as (
    select
        least(hash(content_hash), hash(other_hash)) as text,
        greatest(hash(content_hash), hash(other_hash)) as other_text
    from all_pairs
)
select distinct
    candidates.text,
    candidates.other_text
from candidates
anti join found_before
    on found_before.text = candidates.text
    and found_before.other_text = candidates.other_text;
