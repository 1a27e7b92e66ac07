-- Grain: one row per text from which clusters may change in this run: texts of new pairs, and fresh
-- texts that several articles have. Reads: new_text_pairs, fresh_fingerprints, text_days.
create or replace temp table wanted_texts as
with fresh as (
    select distinct
        content_hash,
        md5_number_lower(content_hash) as text_hash
    from fresh_fingerprints
)
select content_hash from new_text_pairs where kind <> 'related'
union
select other_hash from new_text_pairs where kind <> 'related'
union
select content_hash
from text_days
join fresh using (text_hash)
group by content_hash
having min(id_hash) <> max(id_hash);
