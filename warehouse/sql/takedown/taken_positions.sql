-- Grain: one row per document of the run that is one of an article that was taken down. The address
-- of the document decides; what the page declares as its canonical address only where its own
-- address is not that of an article that is there.
-- Reads: documents_read, taken_ids, article_versions.
create or replace temp table taken_positions as
with read as (
    select
        position,
        article_id,
        own_key,
        case
            when own_key is not null then id_of(own_key)
            when url is not null then id_of(key_of(url))
        end as own_id,
        id_of(key_of(refers_to_url)) as original_id
    from documents_read
),
declared as (
    select *
    from read
    semi join taken_ids on taken_ids.id = read.article_id
),
residents as (
    select distinct own_key
    from article_versions
    where own_key in (select own_key from declared)
),
found as (
    select
        read.position,
        taken_ids.article_id
    from read
    join taken_ids
        on taken_ids.id = read.own_id
        or taken_ids.id = read.original_id
    union all
    select
        declared.position,
        taken_ids.article_id
    from declared
    join taken_ids on taken_ids.id = declared.article_id
    where own_key is null
        or own_key not in (select own_key from residents)
)
select
    position,
    min(article_id) as article_id
from found
group by position;
