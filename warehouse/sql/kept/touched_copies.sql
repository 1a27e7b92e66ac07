-- Grain: one row per article of a touched cluster that is shown. Only clusters whose hash leaves the
-- remainder $part of $parts are read, because all at once would need memory in proportion.
-- Places are found first, as in story_days_added.sql. Reads: touched_clusters.
create or replace temp table touched_copies as
with places as (
    select rowid as place
    from marts.marts.clustered_articles
    where cluster_hash in (
        select touched_clusters.cluster_hash
        from touched_clusters
        where touched_clusters.cluster_hash % $parts = $part
    )
)
select
    cluster_id,
    cluster_hash,
    article_id,
    source,
    domain,
    language,
    first_seen_at,
    published_at,
    published_date,
    published_precision in ('second', 'minute') as is_instant,
    if(
        published_precision = 'month',
        (published_date + interval 1 month)::date - 1,
        published_date
    ) as last_date,
    access_state in ('truncated', 'paywalled') as is_cut,
    word_count,
    agencies
from marts.marts.clustered_articles
where is_shown
    and rowid in (from places);
