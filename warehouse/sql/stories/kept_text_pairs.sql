-- Grain: one row per stored pair of texts of which `prune` has removed one.
-- Reads: text_pairs, article_versions.
select text_pairs.*
from text_pairs
where content_hash in (select content_hash from article_versions where text is null)
    or other_hash in (select content_hash from article_versions where text is null)
order by content_hash, other_hash;
