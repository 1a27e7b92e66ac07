-- Grain: one row per text of a pair, and run that found the pair, as keys.paired_texts has them.
-- Reads: text_pairs.
select
    md5_number_lower(unnest([content_hash, other_hash])) as text_hash,
    run_id
from text_pairs
