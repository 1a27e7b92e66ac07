-- Grain: one row per pair of texts that this run found: the rows of text_pairs.
select *
from new_text_pairs
order by content_hash, other_hash;
