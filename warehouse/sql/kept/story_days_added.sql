-- Brings the marts of stories up to date: days of which a version was outdated or restored are counted
-- again, new articles are added to all others.
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

-- Grain: one row per article whose row in clustered_articles is made anew, if it has one.
create or replace temp table placed_articles as
select article_id from changed_clusters
union
select article_id from checked_versions
union
select article_id from new_article_versions;

-- Grain: one row per such article that has a row there: the row's place. The places are found by the
-- hashes first; otherwise DuckDB would read the ids of all rows.
create or replace temp table hashed_places as
select rowid as place
from marts.marts.clustered_articles
where id_hash in (select md5_number_lower(article_id) from placed_articles);
create or replace temp table placed_rows as
select
    article_id,
    cluster_id,
    change,
    place
from (
    select
        *,
        rowid as place
    from marts.marts.clustered_articles
    where rowid in (select hashed_places.place from hashed_places)
)
semi join placed_articles using (article_id);

-- Grain: one row per such article that has a cluster now: its newest state. Of two states with one
-- number, the one in the new files counts.
create or replace temp table placed_states as
select
    article_id,
    arg_max(cluster_id, struct_pack(change, is_new)) as cluster_id,
    max(change) as change
from (
    select *, true as is_new from changed_clusters
    union all by name
    select * exclude (place), false as is_new from placed_rows
)
group by article_id;

-- Grain: one row per day that is counted again, NULL for articles without a date.
create or replace temp table recounted_story_days as
select distinct published_date
from checked_versions;

-- Grain: one row per such day, and per day of an article of changed_clusters.
create or replace temp table touched_days as
from recounted_story_days
union
select published_date
from dates_of
where id_hash in (select md5_number_lower(article_id) from changed_clusters);

-- Grain: one row per article, as it is shown, that is new, that is of a day that is counted again, or
-- whose cluster changes. Columns: is_counted tells whether it counts for attention_days and agency_days.
create or replace temp table touched_articles as
with stored as (
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
),
found as (
    select
        *,
        published_date in (
            select days.published_date
            from recounted_story_days as days
            where days.published_date is not null
        ) as is_counted,
        false as is_new
    from stored
    anti join new_article_versions using (article_id, version)
    where is_counted
        or article_id in (select article_id from placed_articles)
    union all
    select
        article_id, version, source, domain, section, language, first_seen_at, published_at,
        published_date, published_precision, access_state, word_count, fetched_at,
        true as is_counted,
        true as is_new
    from new_article_versions
)
select * replace (is_counted and published_date is not null as is_counted)
from found
anti join (from marts.marts.standings where is_outdated) using (article_id, version);

-- Grain: one row per version in touched_articles that credits news agencies.
create or replace temp table touched_agencies as
with days as (
    select distinct coalesce(published_date, fetched_at::date) as day
    from touched_articles
    where not is_new
),
stored as (
    select article_id, version, agencies
    from fingerprints
    semi join days using (day)
    union all
    select article_id, version, agencies
    from fingerprints
    where day is null
        and exists (from days where days.day is null)
),
found as (
    select article_id, version, agencies, false as is_new
    from stored
    union all
    select article_id, version, agencies, true as is_new
    from new_fingerprints
)
select
    article_id,
    version,
    agencies
from found
semi join touched_articles using (article_id, version, is_new)
where len(agencies) > 0;

delete from marts.marts.clustered_articles where rowid in (select place from placed_rows);
insert into marts.marts.clustered_articles by name
select
    md5_number_lower(article_id) as id_hash,
    md5_number_lower(cluster_id) as cluster_hash,
    placed_states.*,
    shown.article_id is not null as is_shown,
    shown.* exclude (article_id, version, fetched_at, is_counted, is_new),
    coalesce(agencies, []) as agencies
from placed_states
left join (
    -- One version, also of an article that a damaged warehouse gives several current ones.
    select *
    from touched_articles
    qualify row_number() over (partition by article_id order by version desc) = 1
) as shown using (article_id)
left join touched_agencies using (article_id, version)
order by published_date, article_id;

-- Grain: as attention_days: the articles that are counted now. Days are compared by `=` below, so that
-- DuckDB reads the row groups of these days alone.
create or replace temp table counted_attention as
select
    published_date,
    source,
    domain,
    section,
    language,
    count(*) as articles,
    sum(word_count)::bigint as words
from touched_articles
where is_counted
group by all;
delete from marts.marts.attention_days as old
using recounted_story_days
where recounted_story_days.published_date = old.published_date;
create or replace temp table earlier_attention as
select
    earlier.*,
    earlier.rowid as place
from marts.marts.attention_days as earlier
semi join counted_attention
    on counted_attention.published_date = earlier.published_date
    and counted_attention.source is not distinct from earlier.source
    and counted_attention.domain is not distinct from earlier.domain
    and counted_attention.section is not distinct from earlier.section
    and counted_attention.language is not distinct from earlier.language;
delete from marts.marts.attention_days where rowid in (select place from earlier_attention);
insert into marts.marts.attention_days by name
select
    published_date,
    source,
    domain,
    section,
    language,
    sum(articles)::bigint as articles,
    sum(words)::bigint as words
from (
    from counted_attention
    union all by name
    select * exclude (place) from earlier_attention
)
group by all
order by published_date, source, domain, section, language;

-- Grain: as agency_days: the articles that are counted now.
create or replace temp table counted_agencies as
select
    published_date,
    source,
    domain,
    agency,
    count(*) as articles
from touched_articles
join touched_agencies using (article_id, version), unnest(agencies) as credited(agency)
where is_counted
group by all;
delete from marts.marts.agency_days as old
using recounted_story_days
where recounted_story_days.published_date = old.published_date;
create or replace temp table earlier_agencies as
select
    earlier.*,
    earlier.rowid as place
from marts.marts.agency_days as earlier
semi join counted_agencies
    on counted_agencies.published_date = earlier.published_date
    and counted_agencies.source is not distinct from earlier.source
    and counted_agencies.domain is not distinct from earlier.domain
    and counted_agencies.agency is not distinct from earlier.agency;
delete from marts.marts.agency_days where rowid in (select place from earlier_agencies);
insert into marts.marts.agency_days by name
select
    published_date,
    source,
    domain,
    agency,
    sum(articles)::bigint as articles
from (
    from counted_agencies
    union all by name
    select * exclude (place) from earlier_agencies
)
group by all
order by published_date, source, domain, agency;
