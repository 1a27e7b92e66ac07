-- Brings the marts of stories up to date: the days of all articles that the new files concern are
-- counted again. These are few: a night's articles are of the last days.
-- Reads: new_article_versions, new_cluster_members, checked_versions (marts_added.sql), dates_of; and
-- article_versions and fingerprints with the files of the days that concern it (concerned_days.sql).

-- Grain: one row per article whose cluster the new files change, in its newest state.
create or replace temp table changed_clusters as
select
    article_id,
    arg_max(cluster_id, change) as cluster_id,
    max(change) as change
from new_cluster_members
group by article_id;

delete from marts.marts.cluster_states as old
using changed_clusters
where old.article_id = changed_clusters.article_id
    and old.change <= changed_clusters.change;
insert into marts.marts.cluster_states by name
select *
from changed_clusters
anti join marts.marts.cluster_states using (article_id)
order by article_id;

-- Grain: one row per day of such an article, NULL for articles without a date. New articles without
-- a date matter only if they have copies.
create or replace temp table touched_days as
select published_date from new_article_versions where published_date is not null
union
select published_date from checked_versions
union
select published_date
from dates_of
where id_hash in (select md5_number_lower(article_id) from changed_clusters);

-- Grain: one row per article of these days, as it is shown.
create or replace temp table touched_articles as
with found as (
    select
        article_id, version, source, domain, section, language, first_seen_at, published_at,
        published_date, published_precision, access_state, word_count, fetched_at
    from article_versions
    semi join touched_days using (published_date)
    union all
    select
        article_id, version, source, domain, section, language, first_seen_at, published_at,
        published_date, published_precision, access_state, word_count, fetched_at
    from article_versions
    where published_date is null
        and exists (from touched_days where touched_days.published_date is null)
)
select *
from found
anti join (from marts.marts.standings where is_outdated) using (article_id, version);

-- Grain: one row per article of these days that credits news agencies.
create or replace temp table touched_agencies as
with days as (
    select distinct coalesce(published_date, fetched_at::date) as day
    from touched_articles
),
found as (
    select article_id, version, agencies
    from fingerprints
    semi join days using (day)
    union all
    select article_id, version, agencies
    from fingerprints
    where day is null
        and exists (from days where days.day is null)
)
select
    article_id,
    agencies
from found
semi join touched_articles using (article_id, version)
where len(agencies) > 0;

delete from marts.marts.clustered_articles as old
using touched_days
where touched_days.published_date is not distinct from old.published_date;
insert into marts.marts.clustered_articles by name
select
    touched_articles.* exclude (version, fetched_at),
    cluster_id,
    coalesce(agencies, []) as agencies
from touched_articles
join marts.marts.cluster_states using (article_id)
left join touched_agencies using (article_id)
order by published_date, article_id;

delete from marts.marts.attention_days as old
using touched_days
where touched_days.published_date = old.published_date;
insert into marts.marts.attention_days by name
select
    published_date,
    source,
    domain,
    section,
    language,
    count(*) as articles,
    sum(word_count)::bigint as words
from touched_articles
where published_date is not null
group by all
order by published_date, source, domain, section, language;

delete from marts.marts.agency_days as old
using touched_days
where touched_days.published_date = old.published_date;
insert into marts.marts.agency_days by name
select
    published_date,
    source,
    domain,
    agency,
    count(*) as articles
from touched_articles
join touched_agencies using (article_id), unnest(agencies) as credited(agency)
where published_date is not null
group by all
order by published_date, source, domain, agency;
