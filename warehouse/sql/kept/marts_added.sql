-- Brings kept/marts.duckdb up to date with new files; from no files, this is a full build.
-- Reads: new_article_versions, new_superseded, new_visits, new_ledger_counts, dates_of; and
-- article_versions with the files of the days that concern it (concerned_days.sql).

-- Grain: one row per version whose state the new files change.
create or replace temp table touched as
select
    article_id,
    version,
    arg_max(run_id, coalesce(change, 1)) as run_id,
    max(coalesce(change, 1)) as change,
    arg_max(coalesce(is_outdated, true), coalesce(change, 1)) as is_outdated
from new_superseded
group by article_id, version;

-- A change has a higher number than all earlier ones of its version, unless it repeats one.
delete from marts.marts.standings as old
using touched
where old.article_id = touched.article_id
    and old.version = touched.version
    and old.change <= touched.change;
insert into marts.marts.standings by name
select *
from touched
anti join marts.marts.standings using (article_id, version)
order by article_id, version;

insert into marts.marts.visit_counts by name
select
    run_id, night, source, discovery, problem, found, new, fetched, unchanged, loaded, revised,
    duplicate, rejected, failed, refused, postponed, newest_at, possible_loss, filled, known,
    excluded, reread
from new_visits
order by run_id, source;

-- Grain: one row per stored name of a source in the new files.
create or replace temp table newest_entries as
with both_states as (
    select
        source,
        run_id,
        json_object('formerly', json_extract(entry, '$.formerly'))::varchar as entry
    from new_visits
    union all by name
    from marts.marts.source_entries
    where source in (select source from new_visits)
)
select
    source,
    max(run_id) as run_id,
    arg_max(entry, run_id) as entry
from both_states
group by source;
delete from marts.marts.source_entries
where source in (select source from newest_entries);
insert into marts.marts.source_entries by name
from newest_entries
order by source;

insert into marts.marts.ledger_counts by name
from new_ledger_counts
order by run_id;

insert into marts.marts.version_counts by name
select
    run_id,
    count(*) as versions
from new_article_versions
group by run_id
order by run_id;

create or replace temp table source_versions as
select
    source,
    domain,
    sum(versions)::bigint as versions
from (
    select source, domain, count(*) as versions
    from new_article_versions
    group by all
    union all by name
    from marts.marts.source_versions
)
group by all;
delete from marts.marts.source_versions;
insert into marts.marts.source_versions by name
from source_versions
order by source, domain;

-- Grain: one row per older version that the new files outdate or restore. Their days are counted
-- again, because the newest time of a day cannot be found by subtraction.
create or replace temp table changed_versions as
select
    article_id,
    version
from touched
anti join new_article_versions using (article_id, version);

-- Grain: one row per article of changed_versions, or with several versions of which one is new.
create or replace temp table checked_articles as
select article_id from new_article_versions where version > 1
union
select article_id from touched;
create or replace temp table checked_dates as
select distinct published_date
from dates_of
where id_hash in (select md5_number_lower(article_id) from checked_articles);

-- Grain: one row per version of the checked articles.
create or replace temp table checked_versions as
with found as (
    select article_id, version, source, domain, published_date, fetched_at
    from article_versions
    semi join checked_dates using (published_date)
    union all
    select article_id, version, source, domain, published_date, fetched_at
    from article_versions
    where published_date is null
)
select *
from found
semi join checked_articles using (article_id);

delete from marts.marts.damaged
where article_id in (from checked_articles);
insert into marts.marts.damaged by name
select
    article_id,
    count(version) filter (standings.version is null) as current_versions
from checked_articles
left join checked_versions using (article_id)
left join (from marts.marts.standings where is_outdated) as standings using (article_id, version)
group by article_id
having count(checked_versions.version) > 0
    and count(version) filter (standings.version is null) <> 1;

-- Grain: one row per source, domain and day of which a version was outdated or restored.
create or replace temp table changed_days as
select distinct
    source,
    domain,
    published_date,
    coalesce(published_date, fetched_at::date) as day
from checked_versions
semi join changed_versions using (article_id, version);
