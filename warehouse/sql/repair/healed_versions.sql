-- Grain: one row per version of the run $run_id that was read again, as a row of article_versions.
with first_seen as (
    select
        article_id,
        any_value(first_seen_at) as first_seen_at
    from article_versions
    group by article_id
),
keys as (
    select
        article_id,
        any_value(url_key) as url_key
    from article_versions
    group by article_id
),
first_fetched as (
    select
        article_id,
        any_value(fetched_at) as fetched_at
    from documents
    where version = 1
        and outcome = 'loaded'
    group by article_id
)
select
    read_again.article_id,
    processed.* exclude (
        position,
        article_id,
        outcome,
        step,
        reason,
        detail,
        bytes,
        seconds,
        publication,
        date_candidates,
        links,
        images
    ) replace (
        -- The key that the page claims, unless the article is known by another key.
        coalesce(
            keys.url_key,
            if(
                processed.article_id = read_again.article_id,
                processed.url_key,
                processed.own_key
            )
        ) as url_key
    ),
    processed.url_key as claimed_key,
    read_again.version,
    case
        when read_again.version = 1 then null
        when $flow = 'reprocess' then 'reprocess'
        when processed.fetched_at is null then 'input'
        else 'publisher'
    end as change_reason,
    read_again.source,
    coalesce(
        first_seen.first_seen_at,
        first_fetched.fetched_at,
        if(read_again.version = 1, processed.fetched_at, null)
    ) as first_seen_at,
    $loaded_at::timestamptz as loaded_at,
    null::varchar as cluster_id,
    $run_id as run_id
from processed
join read_again using (position)
left join first_seen on first_seen.article_id = read_again.article_id
left join keys on keys.article_id = read_again.article_id
left join first_fetched on first_fetched.article_id = read_again.article_id
where is_version
order by processed.published_at, processed.position;
