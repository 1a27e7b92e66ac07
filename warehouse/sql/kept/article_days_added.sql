-- Brings marts.article_days up to date: days of which a version was outdated or restored are counted
-- again, new articles are added to all others.
-- Reads: changed_days, new_article_versions, article_versions.

-- Grain: one row per source, domain and day in changed_days that has current articles.
create or replace temp table recounted_days as
with found as (
    select article_id, version, source, domain, published_date, fetched_at, published_at
    from article_versions
    semi join changed_days using (published_date)
    union all
    select article_id, version, source, domain, published_date, fetched_at, published_at
    from article_versions
    where published_date is null
        and exists (from changed_days where changed_days.published_date is null)
),
dated as (
    select
        * exclude (fetched_at),
        coalesce(published_date, fetched_at::date) as day
    from found
    anti join (from marts.marts.standings where is_outdated) using (article_id, version)
)
select
    dated.source,
    dated.domain,
    dated.published_date,
    dated.day,
    count(*) as articles,
    max(published_at) as newest_at
from dated
join changed_days
    on changed_days.source is not distinct from dated.source
    and changed_days.domain is not distinct from dated.domain
    and changed_days.published_date is not distinct from dated.published_date
    and changed_days.day is not distinct from dated.day
group by all;

-- Grain: one row per source, domain and day with new articles that is not in changed_days.
create or replace temp table added_days as
with dated as (
    select
        source,
        domain,
        published_date,
        coalesce(published_date, fetched_at::date) as day,
        published_at
    from new_article_versions
    anti join (from marts.marts.standings where is_outdated) using (article_id, version)
),
counted as (
    select
        source,
        domain,
        published_date,
        day,
        count(*) as articles,
        max(published_at) as newest_at
    from dated
    group by all
)
select counted.*
from counted
anti join changed_days
    on changed_days.source is not distinct from counted.source
    and changed_days.domain is not distinct from counted.domain
    and changed_days.published_date is not distinct from counted.published_date
    and changed_days.day is not distinct from counted.day;

-- Grain: one row of the mart to which new articles are added. Days are compared by `=`, so that
-- DuckDB reads the row groups of these days alone.
create or replace temp table earlier_days as
select earlier.*
from marts.marts.article_days as earlier
semi join added_days
    on added_days.day = earlier.day
    and added_days.published_date is not distinct from earlier.published_date
    and added_days.source is not distinct from earlier.source
    and added_days.domain is not distinct from earlier.domain
union all
select earlier.*
from marts.marts.article_days as earlier
semi join (from added_days where added_days.day is null) as undated
    on undated.source is not distinct from earlier.source
    and undated.domain is not distinct from earlier.domain
where earlier.day is null;

create or replace temp table replaced_days as
from earlier_days
union all by name
from changed_days;
delete from marts.marts.article_days as old
using replaced_days
where replaced_days.day = old.day
    and replaced_days.published_date is not distinct from old.published_date
    and replaced_days.source is not distinct from old.source
    and replaced_days.domain is not distinct from old.domain;
delete from marts.marts.article_days as old
using replaced_days
where replaced_days.day is null
    and old.day is null
    and replaced_days.source is not distinct from old.source
    and replaced_days.domain is not distinct from old.domain;
insert into marts.marts.article_days by name
select
    source,
    domain,
    published_date,
    day,
    sum(articles)::bigint as articles,
    max(newest_at) as newest_at
from (
    from added_days
    union all by name
    from earlier_days
    union all by name
    from recounted_days
)
group by all
order by day, source, domain;
