-- Grain: one row per image of a version of this run, and of a stored version that has no
-- images yet and whose bytes `reprocess` has read again with the same result: versions of an older
-- Broadsheet get their images in this way. A revisit that becomes a version has the images of
-- the text that it repeats. Documents with a position from $first to $last.
-- Reads: processed, decided, captures, reprocessed, images.
with read_again as (
    select
        position,
        article_id,
        old_version as version
    from reprocessed
    where duplicate_reason = 'same_result'
        and position between $first and $last
    qualify row_number() over (partition by article_id, old_version order by position) = 1
),
owners as (
    select
        decided.article_id,
        decided.version,
        decided.position as place,
        coalesce(content_position, decided.position) as position
    from decided
    left join captures using (position)
    where decided.outcome in ('loaded', 'revised')
        and decided.position between $first and $last
    union all
    select
        article_id,
        version,
        position as place,
        position
    from read_again
    anti join images using (article_id, version)
),
listed as (
    select
        owners.article_id,
        owners.version,
        place,
        unnest(range(len(processed.images))) + 1 as position,
        unnest(processed.images) as image
    from owners
    join processed using (position)
)
select
    article_id,
    version,
    position::integer as position,
    image.url,
    image.alt,
    image.caption,
    image.credit,
    $run_id as run_id
from listed
union all
select
    captures.article_id,
    decided.version,
    images.position,
    images.url,
    images.alt,
    images.caption,
    images.credit,
    $run_id as run_id
from captures
join decided using (position)
join images
    on images.article_id = captures.article_id
    and images.version = content_version
where captures.is_revisit
    and content_position is null
    and decided.outcome in ('loaded', 'revised')
    and captures.position between $first and $last
order by article_id, version, position;
