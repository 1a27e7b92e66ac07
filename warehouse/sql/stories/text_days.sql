-- Grain: one row per version of an article, with its text and the day of its fingerprints, as
-- keys.texts has them. Reads: stored_fingerprints.
select
    md5_number_lower(content_hash) as text_hash,
    md5_number_lower(article_id) as id_hash,
    day
from stored_fingerprints
