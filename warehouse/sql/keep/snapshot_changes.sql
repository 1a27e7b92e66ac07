-- Grain: one row per article that only one of two snapshots has, or that differs between them.
-- Columns that say how and when we came by an article, and not what it is, are not compared.
with pairs as (
    select
        coalesce(a.article_id, b.article_id) as article_id,
        case
            when a.article_id is null then 'added'
            when b.article_id is null then 'removed'
            else 'changed'
        end as change,
        list_filter(
            [
                case when a.version is distinct from b.version then 'version' end,
                case when a.title is distinct from b.title then 'title' end,
                case when a.content_hash is distinct from b.content_hash then 'text' end,
                case when a.authors is distinct from b.authors then 'authors' end,
                case when a.published_at is distinct from b.published_at then 'published_at' end,
                case when a.published_date is distinct from b.published_date then 'published_date' end,
                case when a.source is distinct from b.source then 'source' end,
                case when a.language is distinct from b.language then 'language' end,
                case when a.section is distinct from b.section then 'section' end,
                case when a.cluster_id is distinct from b.cluster_id then 'cluster_id' end
            ],
            name -> name is not null
        ) as columns,
        a.version as first_version,
        b.version as second_version,
        coalesce(b.published_date, a.published_date) as published_date,
        coalesce(b.title, a.title) as title,
        coalesce(b.url, a.url) as url
    from first_articles as a
    full join second_articles as b on a.article_id = b.article_id
)
select
    change,
    article_id,
    case when change = 'changed' then columns else [] end as columns,
    first_version,
    second_version,
    published_date,
    title,
    url
from pairs
where change <> 'changed' or len(columns) > 0
order by change, published_date, article_id
