-- Grain: one row per text from which clusters may change in this run: texts of new pairs, and fresh
-- texts that several articles have. Reads: new_text_pairs, fresh_fingerprints, fingerprints.
create or replace temp table wanted_texts as
select content_hash from new_text_pairs where kind <> 'related'
union
select other_hash from new_text_pairs where kind <> 'related'
union
select content_hash
from fingerprints
where content_hash in (select content_hash from fresh_fingerprints)
group by content_hash
having min(article_id) <> max(article_id);
