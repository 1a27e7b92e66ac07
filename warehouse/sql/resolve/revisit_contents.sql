-- Grain: one row per revisit record of the run that brings an earlier text back: the columns of the
-- version (or the document of this run) whose bytes it refers to, at the address and time of the
-- revisit; `locator` stays where the bytes are. A table, for they are few, and DuckDB 1.5.5 stops for
-- ever in a streamed statement that has these joins beside the documents of a run of 300,000 rows.
create temp table revisit_contents as
select
    original.* replace (
        revisit.position as position,
        revisit.url as url,
        revisit.fetched_at as fetched_at,
        revisit.publication as publication,
        key_of(revisit.url) as own_key,
        identified.url_key as url_key
    ),
    original.url_key as claimed_key
from captures
join processed as revisit on revisit.position = captures.position
join processed as original on original.position = content_position
join identified on identified.position = content_position
join decided on decided.position = captures.position and decided.outcome <> 'duplicate'
where is_revisit
union all by name
select
    stored.* exclude (
        version,
        change_reason,
        source,
        first_seen_at,
        loaded_at,
        cluster_id,
        run_id
    ) replace (
        revisit.url as url,
        revisit.fetched_at as fetched_at,
        key_of(revisit.url) as own_key
    ),
    revisit.position,
    revisit.publication
from captures
join decided on decided.position = captures.position and decided.outcome <> 'duplicate'
join processed as revisit on revisit.position = captures.position
join article_versions as stored
    on stored.article_id = captures.article_id
    and stored.version = content_version
where is_revisit;
