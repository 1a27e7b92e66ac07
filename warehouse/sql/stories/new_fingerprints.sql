-- Grain: one row per new version that a document with a position from $first to $last became; `part`
-- is the range of the output order that it belongs to (version_parts.sql). A revisit has the text,
-- and therefore the fingerprints, of the document or the stored version that it refers to.
-- Reads: contents, decided, captures, documents_read, stored_fingerprints, version_parts.
with new_versions as (
    select
        decided.position,
        decided.article_id,
        decided.version,
        content_version,
        coalesce(content_position, decided.position) as content_position
    from decided
    left join captures using (position)
    where decided.position between $first and $last
        and decided.outcome in ('loaded', 'revised')
),
repeated as (
    select
        new_versions.position,
        shingles,
        rate,
        hashes,
        agencies
    from new_versions
    join stored_fingerprints
        on stored_fingerprints.article_id = new_versions.article_id
        and stored_fingerprints.version = content_version
)
select
    version_parts.part,
    new_versions.position,
    new_versions.article_id,
    new_versions.version,
    coalesce(contents.published_date, contents.fetched_at::date) as day,
    coalesce(contents.domain, $source, contents.publication) as site,
    contents.content_hash,
    $method as method,
    coalesce(repeated.shingles, read.shingles) as shingles,
    coalesce(repeated.rate, read.fingerprint_rate) as rate,
    coalesce(repeated.hashes, read.fingerprints, []) as hashes,
    coalesce(repeated.agencies, read.agencies, []) as agencies,
    $run_id as run_id
from new_versions
join contents using (position)
join version_parts using (position)
left join repeated using (position)
left join documents_read as read on read.position = new_versions.content_position
where contents.position between $first and $last
    and version_parts.position between $first and $last;
