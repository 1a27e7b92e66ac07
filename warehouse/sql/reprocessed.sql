-- Grain: one row per document whose very bytes gave a version that is in the warehouse; none unless
-- $reprocess. Where that version is the current one, the present result is compared with it.
create temp table reprocessed as
with stored as (
    select
        locator,
        arg_max(struct_pack(
            article_id, version, fetched_at, url_canonical, title, description, text, authors,
            published_at, published_date, published_precision, published_source, modified_at,
            language, section, image_url, dateline, keywords, page_type, access_state, rights,
            quality_flags
        ), version) as kept
    from article_versions
    semi join processed using (locator)
    where $reprocess
    group by locator
),
newest as (
    select
        article_id,
        max(version) as version
    from article_versions
    group by article_id
),
compared as (
    select
        processed.position,
        kept.article_id,
        kept.fetched_at,
        kept.version as old_version,
        newest.version as newest_version,
        superseded.version is null as is_current,
        list_filter([
            if(processed.url_canonical is distinct from kept.url_canonical, 'url_canonical', null),
            if(processed.title is distinct from kept.title, 'title', null),
            if(processed.description is distinct from kept.description, 'description', null),
            if(processed.text is distinct from kept.text, 'text', null),
            if(processed.authors is distinct from kept.authors, 'authors', null),
            if(processed.published_at is distinct from kept.published_at, 'published_at', null),
            if(processed.published_date is distinct from kept.published_date,
                'published_date', null),
            if(processed.published_precision is distinct from kept.published_precision,
                'published_precision', null),
            if(processed.published_source is distinct from kept.published_source,
                'published_source', null),
            if(processed.modified_at is distinct from kept.modified_at, 'modified_at', null),
            if(processed.language is distinct from kept.language, 'language', null),
            if(processed.section is distinct from kept.section, 'section', null),
            if(processed.image_url is distinct from kept.image_url, 'image_url', null),
            if(processed.dateline is distinct from kept.dateline, 'dateline', null),
            if(processed.keywords is distinct from kept.keywords, 'keywords', null),
            if(processed.page_type is distinct from kept.page_type, 'page_type', null),
            if(processed.access_state is distinct from kept.access_state, 'access_state', null),
            if(processed.rights is distinct from kept.rights, 'rights', null),
            if(processed.quality_flags is distinct from kept.quality_flags,
                'quality_flags', null)
        ], lambda field: field is not null) as changed
    from processed
    join stored using (locator)
    join newest on newest.article_id = kept.article_id
    left join superseded
        on superseded.article_id = kept.article_id
        and superseded.version = kept.version
    where processed.outcome is null
)
select
    position,
    article_id,
    fetched_at,
    old_version,
    changed,
    case
        when not is_current then 'outdated_version'
        when len(changed) = 0 then 'same_result'
    end as duplicate_reason,
    if(is_current and len(changed) > 0, newest_version + 1, old_version)::integer as version,
    if(is_current and len(changed) > 0, 'revised', 'duplicate') as outcome
from compared;
