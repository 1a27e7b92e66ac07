-- Grain: one row per link in the text of a version of this run, and of a stored version that has no
-- links yet and whose bytes `reprocess` has read again with the same result: versions of an older
-- Broadsheet get their links in this way. A revisit that becomes a version has the links of the
-- text that it repeats. Documents with a position from $first to $last.
-- Reads: processed, decided, captures, reprocessed, links.
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
    anti join links using (article_id, version)
),
listed as (
    select
        owners.article_id,
        owners.version,
        place,
        unnest(range(len(processed.links))) + 1 as position,
        unnest(processed.links) as link
    from owners
    join processed using (position)
)
select
    article_id,
    version,
    position::integer as position,
    link.text,
    link.url,
    link.url_key,
    link.same_site,
    link.paragraph,
    $run_id as run_id
from listed
union all
select
    captures.article_id,
    decided.version,
    links.position,
    links.text,
    links.url,
    links.url_key,
    links.same_site,
    links.paragraph,
    $run_id as run_id
from captures
join decided using (position)
join links
    on links.article_id = captures.article_id
    and links.version = content_version
where captures.is_revisit
    and content_position is null
    and decided.outcome in ('loaded', 'revised')
    and captures.position between $first and $last
order by article_id, version, position;
