-- Grain: one row per version of which the text, or that of the version it is compared with, is old.
-- Reads: old_versions, revisions.
create or replace temp table old_comparisons as
select article_id, version
from old_versions
union
select
    revisions.article_id,
    revisions.version
from revisions
join old_versions
    on old_versions.article_id = revisions.article_id
    and old_versions.version = revisions.previous_version;
