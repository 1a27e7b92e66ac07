-- Grain: one row per version of the run $run_id that was read again, as a row of article_versions.
-- Reads: contents, decided, read_again, identified; article_versions, documents.
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
    from (
        select article_id, fetched_at, version, outcome from documents
        union all
        select article_id, fetched_at, version, outcome from decided
    )
    where version = 1
        and outcome = 'loaded'
    group by article_id
)
select
    read_again.article_id,
    contents.* exclude (
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
        -- A document that the tables know as one of another article has that article's key.
        if(
            coalesce(decided.article_id = identified.article_id, true) or keys.url_key is null,
            contents.url_key,
            keys.url_key
        ) as url_key
    ),
    read_again.version,
    case
        when read_again.version = 1 then null
        when $flow = 'reprocess' then 'reprocess'
        when decided.change_reason is not null then decided.change_reason
        when contents.fetched_at is null then 'input'
        else 'publisher'
    end as change_reason,
    coalesce(read_again.source, $source, contents.publication, contents.domain) as source,
    coalesce(
        first_seen.first_seen_at,
        first_fetched.fetched_at,
        if(read_again.version = 1, contents.fetched_at, null)
    ) as first_seen_at,
    $loaded_at::timestamptz as loaded_at,
    null::varchar as cluster_id,
    $run_id as run_id
from contents
join read_again using (position)
join decided using (position)
left join identified using (position)
left join first_seen on first_seen.article_id = read_again.article_id
left join keys on keys.article_id = read_again.article_id
left join first_fetched on first_fetched.article_id = read_again.article_id
where is_version
order by contents.published_at, contents.position;
