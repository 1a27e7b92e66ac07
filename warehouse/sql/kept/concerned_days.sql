-- The days of stored articles that new files concern.
-- Reads: new_article_versions, new_superseded, new_cluster_members, keys.article_keys, and
-- marts.version_counts, which is empty if the marts are built anew.

-- Grain: one row per key of a stored article that has a new version, of which a version was outdated or
-- restored, or whose cluster changes: the day of a version of it.
create temp table dates_of as
with changed as (
    select article_id from new_article_versions where version > 1
    union
    select article_id from new_superseded
    union
    select article_id
    from new_cluster_members
    anti join (from new_article_versions where version = 1) using (article_id)
)
select
    id_hash,
    published_date
from keys.article_keys
where id_hash in (select md5_number_lower(article_id) from changed);

-- Grain: one row per key of a new version, as its hash; none if all versions are new.
create temp table new_keys as
select distinct md5_number_lower(unnest([url_key, own_key])) as key_hash
from new_article_versions
where exists (from marts.marts.version_counts);

-- Grain: one row per key that several articles have, of which one may be new. It may be a key that one
-- of them only claims.
create temp table shared_keys as
select key_hash
from keys.article_keys
where key_hash is not null
    and (key_hash in (from new_keys) or not exists (from marts.marts.version_counts))
group by key_hash
having min(id_hash) <> max(id_hash);

-- Grain: one row per day of an article with such a key, NULL for those without a date.
create temp table shared_days as
select distinct published_date
from keys.article_keys
semi join shared_keys using (key_hash);

-- Grain: one row per day of any of these articles, NULL for those without a date.
create temp table concerned_days as
select published_date from dates_of
union
select published_date from shared_days;
