-- Grain: one row per version of which `prune` has removed the text: its stored fingerprints.
-- Reads: fingerprints, article_versions.
select fingerprints.*
from fingerprints
semi join article_versions
    on article_versions.article_id = fingerprints.article_id
    and article_versions.version = fingerprints.version
    and article_versions.text is null
order by day, article_id, version;
