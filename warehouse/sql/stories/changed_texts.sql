-- Grain: one row per text from which clusters may change in this run: texts of new pairs, and fresh
-- texts that several articles have. Reads: new_text_pairs, fresh_fingerprints, stored_text_days.
create or replace temp table wanted_texts as
with fresh as (
    select
        content_hash,
        md5_number_lower(content_hash) as text_hash,
        md5_number_lower(article_id) as id_hash
    from fresh_fingerprints
),
holders as (
    select text_hash, id_hash
    from fresh
    union
    select text_hash, id_hash
    from stored_text_days
    where text_hash in (select fresh.text_hash from fresh)
)
select content_hash from new_text_pairs where kind <> 'related'
union
select other_hash from new_text_pairs where kind <> 'related'
union
select content_hash
from fresh
semi join (
    select text_hash
    from holders
    group by text_hash
    having count(*) > 1
) using (text_hash);
