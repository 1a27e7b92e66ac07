-- Grain: one row per version that was loaded before the time $before. Reads: article_versions.
create or replace temp table old_versions as
select
    article_id,
    version
from article_versions
where loaded_at < $before;
