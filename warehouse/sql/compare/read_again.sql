-- Grain: one row per document of the run $run_id that has missing rows and was read again for a
-- repair: the outcome, article and version that it had. They come from `documents` if its row there
-- is still present, and are otherwise inferred from the remaining versions. Columns: is_version
-- says whether the row in `article_versions` is missing, is_unlisted whether the row in `documents`
-- is.
-- Reads: processed (the documents read again); documents, article_versions.
create or replace temp table read_again as
with listed as (
    select
        locator,
        source,
        article_id,
        version,
        outcome,
        fetched_at,
        bytes
    from documents
    where run_id = $run_id
),
lost as (
    -- Documents that `documents` still has, and whose version is missing.
    select listed.*
    from listed
    anti join (from article_versions where run_id = $run_id) using (article_id, version)
    where outcome in ('loaded', 'revised')
),
unlisted as (
    -- Documents whose row in `documents` is missing.
    select processed.*
    from processed
    anti join listed using (locator)
),
same as (
    -- The text is stored in a version: that of another document, or this document's own.
    select
        unlisted.position,
        max(article_versions.article_id) as article_id,
        max(version) as version,
        bool_or(article_versions.payload_digest = unlisted.payload_digest) as same_bytes
    from unlisted
    join article_versions
        on article_versions.article_id = unlisted.article_id
        and (
            article_versions.content_hash = unlisted.content_hash
            or article_versions.payload_digest = unlisted.payload_digest
        )
    where unlisted.outcome is null
    group by unlisted.position
),
revisited as (
    -- Revisits: the server stated that the address had the bytes of an earlier capture.
    select
        unlisted.position,
        arg_max(article_versions.article_id, article_versions.fetched_at) as article_id,
        arg_max(version, article_versions.fetched_at) as version
    from unlisted
    join article_versions
        on (
            article_versions.url = unlisted.url
            or article_versions.own_key = unlisted.own_key
        )
        and article_versions.fetched_at <= unlisted.fetched_at
    where unlisted.reason = 'revisit'
    group by unlisted.position
),
unknown as (
    -- New texts that no version has: one document for each article and text, in time order.
    select
        *,
        row_number() over (partition by article_id order by fetched_at, position) as place
    from unlisted
    anti join same using (position)
    where outcome is null
    qualify row_number() over (
        partition by article_id, content_hash order by fetched_at, position
    ) = 1
),
taken as (
    select article_id, version from article_versions
    union
    select article_id, version from documents where outcome in ('loaded', 'revised')
),
free as (
    -- The version numbers of each article that are not in use, lowest first: enough of them for all
    -- its unknown texts.
    select
        article_id,
        version,
        row_number() over (partition by article_id order by version) as place
    from (
        select
            article_id,
            unnest(
                range(
                    1,
                    1 + count(*) + coalesce(
                        (select max(version) from taken where taken.article_id = unknown.article_id),
                        0
                    )
                )
            ) as version
        from unknown
        group by article_id
    )
    anti join taken using (article_id, version)
)
-- Lost versions. Bytes of another size were replaced since, and would give another text.
select
    processed.position,
    lost.article_id,
    lost.version,
    lost.source,
    lost.outcome,
    null as reason,
    true as is_version,
    false as is_unlisted
from processed
join lost using (locator)
where processed.outcome is null
    and (lost.bytes is null or lost.bytes = processed.bytes)
union all
-- Unlisted documents that were the only source of their text: they get the unused numbers.
select
    unknown.position,
    article_id,
    free.version,
    coalesce(publication, domain) as source,
    if(free.version = 1, 'loaded', 'revised') as outcome,
    null as reason,
    true as is_version,
    true as is_unlisted
from unknown
join free using (article_id, place)
union all
-- All other unlisted documents: duplicates, revisits, and those that were rejected or failed.
select
    unlisted.position,
    coalesce(same.article_id, revisited.article_id, unlisted.article_id) as article_id,
    coalesce(same.version, revisited.version) as version,
    coalesce(publication, domain) as source,
    if(revisited.position is null, coalesce(unlisted.outcome, 'duplicate'), 'duplicate') as outcome,
    if(unlisted.outcome is null, if(same_bytes, 'same_bytes', 'same_text'), reason) as reason,
    false as is_version,
    true as is_unlisted
from unlisted
left join same using (position)
left join revisited using (position)
anti join unknown using (position);
