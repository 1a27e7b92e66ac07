-- Grain: one row per link of a version of the run $run_id whose links are lost. The run's
-- documents were read again.
with versions as (
    select
        locator,
        article_id,
        version
    from article_versions
    where run_id = $run_id
    union
    select
        processed.locator,
        read_again.article_id,
        version
    from read_again
    join processed using (position)
    where is_version
),
lacking as (
    select versions.*
    from versions
    anti join (from links where run_id = $run_id) using (article_id, version)
),
listed as (
    select
        lacking.article_id,
        lacking.version,
        processed.position as place,
        unnest(range(len(links))) + 1 as position,
        unnest(links) as link
    from processed
    join lacking using (locator)
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
order by place, position;
