-- Grain: one row per revisit record of the run that makes an earlier text current again: the
-- columns of the version (or of the document of this run) whose bytes it refers to, with the
-- address and time of the revisit. `locator` is still that of the bytes. This is a table and no
-- view because DuckDB 1.5.5 hangs in a streamed statement that has these joins and 300,000
-- documents; the rows are few.
-- Reads: captures, processed, identified, decided, whole_versions.
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
join whole_versions as stored
    on stored.article_id = captures.article_id
    and stored.version = content_version
where is_revisit;
