-- Grain: one row per pair of texts to compare; pairs that were found before are left out. One of the two
-- texts is fresh, so that only pairs of runs are read that found a pair of a fresh text.
-- Reads: candidates, fresh_fingerprints, stored_pair_runs, text_pairs, new_text_pairs.
create or replace temp table pairs_to_compare as
with near_runs as (
    select distinct run_id
    from stored_pair_runs
    where text_hash in (select md5_number_lower(content_hash) from fresh_fingerprints)
),
near_pairs as (
    select content_hash, other_hash
    from text_pairs
    semi join near_runs using (run_id)
    union all
    select content_hash, other_hash
    from new_text_pairs
),
found_before as (
    select
        least(hash(content_hash), hash(other_hash)) as text,
        greatest(hash(content_hash), hash(other_hash)) as other_text
    from near_pairs
)
select distinct
    candidates.text,
    candidates.other_text
from candidates
anti join found_before
    on found_before.text = candidates.text
    and found_before.other_text = candidates.other_text;
