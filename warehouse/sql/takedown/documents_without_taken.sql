-- Grain: one row per document of the run. Those of articles that were taken down are rejected, and
-- have nothing that says which page they were. Their locators name no page where $hides_paths.
-- Reads: documents_as_read, taken_positions.
create or replace temp view documents_read as
select documents.* replace (
    if(taken.position is null, documents.outcome, 'rejected') as outcome,
    if(taken.position is null, step, 'resolve') as step,
    if(taken.position is null, reason, 'taken_down') as reason,
    coalesce(taken.article_id, documents.article_id) as article_id,
    if(
        taken.position is not null and $hides_paths and not contains(locator, '#'),
        'taken_down/' || left(md5('$run_id' || chr(10) || locator), 16),
        locator
    ) as locator,
    if(taken.position is null, detail, null) as detail,
    if(taken.position is null, refers_to_record, null) as refers_to_record,
    if(taken.position is null, refers_to_url, null) as refers_to_url,
    if(taken.position is null, refers_to_at, null) as refers_to_at,
    if(taken.position is null, refers_to_digest, null) as refers_to_digest,
    if(taken.position is null, url, null) as url,
    if(taken.position is null, url_canonical, null) as url_canonical,
    if(taken.position is null, url_key, null) as url_key,
    if(taken.position is null, title, null) as title,
    if(taken.position is null, description, null) as description,
    if(taken.position is null, text, null) as text,
    if(taken.position is null, authors, null) as authors,
    if(taken.position is null, published_at, null) as published_at,
    if(taken.position is null, published_date, null) as published_date,
    if(taken.position is null, published_precision, null) as published_precision,
    if(taken.position is null, published_source, null) as published_source,
    if(taken.position is null, modified_at, null) as modified_at,
    if(taken.position is null, section, null) as section,
    if(taken.position is null, image_url, null) as image_url,
    if(taken.position is null, dateline, null) as dateline,
    if(taken.position is null, keywords, null) as keywords,
    if(taken.position is null, content_hash, null) as content_hash,
    if(taken.position is null, payload_digest, null) as payload_digest,
    if(taken.position is null, learned_lines, null) as learned_lines,
    if(taken.position is null, whole_hash, null) as whole_hash,
    if(taken.position is null, own_key, null) as own_key,
    if(taken.position is null, extra, null) as extra,
    if(taken.position is null, date_candidates, null) as date_candidates,
    if(taken.position is null, readings, null) as readings,
    if(taken.position is null, links, null) as links,
    if(taken.position is null, images, null) as images,
    if(taken.position is null, fingerprints, null) as fingerprints,
    if(taken.position is null, fingerprint_rate, null) as fingerprint_rate,
    if(taken.position is null, shingles, null) as shingles,
    if(taken.position is null, agencies, null) as agencies
)
from documents_as_read as documents
left join taken_positions as taken using (position);
