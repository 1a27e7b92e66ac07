-- Grain: one row per list (feed, sitemap, section page) that was ever read, with its last answer and
-- the number of "not modified" answers since it last sent its content.
with answers as (
    select
        url,
        run_id,
        night,
        started_at,
        status,
        outcome,
        etag,
        last_modified,
        payload_digest
    from fetches
    where kind in ('feed', 'sitemap', 'section')
        and outcome in ('fetched', 'unchanged')
),
contents as (
    select
        url,
        max(started_at) as sent_at,
        -- arg_max_null: if the newest answer has no validator, no older one may be sent.
        arg_max_null(etag, started_at) as etag,
        arg_max_null(last_modified, started_at) as last_modified,
        arg_max(payload_digest, started_at) as payload_digest
    from answers
    where status = 200
    group by url
),
newest_lists as (
    select
        place,
        max(run_id) as run_id
    from discoveries
    where how = 'feed'
    group by place
),
items as (
    select
        place as url,
        list(distinct url_key) as items
    from discoveries
    semi join newest_lists using (place, run_id)
    where how = 'feed'
    group by place
)
select
    url,
    contents.etag,
    contents.last_modified,
    contents.payload_digest,
    max(answers.night) as night,
    count(*) filter (answers.status = 304 and answers.started_at > sent_at) as unmodified,
    any_value(items.items) as items
from contents
join answers using (url)
left join items using (url)
group by all;
