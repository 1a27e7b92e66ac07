-- The published file: views pinned to the files of one snapshot per table.
-- Names after a dollar sign are filled in by warehouse/publish.py: columns, lists of files, settings.
-- `shown` are columns in which a source has its present name. Nights before $first_night and after
-- $last_night, which is tomorrow, are slips of the pen of older versions, and are not believed.

-- Grain: one row per version of an article.
create view article_versions as
select $article_versions_shown
from read_parquet($article_versions_files, union_by_name = true);

-- Grain: one row per version that is not its article's current one. A table, for it is small and
-- every query on articles needs it.
create table superseded as
with superseded_history as (
    select $superseded_columns
    from read_parquet($superseded_files, union_by_name = true)
)
$superseded_rows;

-- Grain: one row per article, its current version.
create view articles as
select $article_versions_columns
from article_versions
anti join superseded using (article_id, version);

-- Grain: one row per article published in the last days (a setting) before the publication of this
-- file. The bound lets a query skip the files of older nights.
create view latest_articles as
select $article_versions_columns
from articles
where published_at >= timestamptz '$published_at' - interval $latest_days days;

-- Grain: one row per key of an article that newer rules of addresses changed.
create view article_keys as
select $article_keys_columns
from read_parquet($article_keys_files, union_by_name = true);

-- Grain: one row per date seen in a loaded version.
create view date_candidates as
select $date_candidates_shown
from read_parquet($date_candidates_files, union_by_name = true);

-- Grain: one row per document and run.
create view documents as
select $documents_shown
from read_parquet($documents_files, union_by_name = true);

-- Grain: one row per run.
create view runs as
select $runs_shown
from read_parquet($runs_files, union_by_name = true);

-- Grain: one row per file that a repair set aside, or run with missing rows.
create view repairs as
select $repairs_columns
from read_parquet($repairs_files, union_by_name = true);

-- Grain: one row per address and place that listed it, per run.
create view discoveries as
select $discoveries_shown
from read_parquet($discoveries_files, union_by_name = true);

-- Grain: one row per attempt to fetch an address.
create view fetches as
select $fetches_shown
from read_parquet($fetches_files, union_by_name = true);

-- Grain: one row per address whose key newer rules of addresses changed.
create view address_keys as
select $address_keys_columns
from read_parquet($address_keys_files, union_by_name = true);

-- Grain: one row per source and nightly run.
create view visits as
select $visits_shown
from read_parquet($visits_files, union_by_name = true);

-- Grain: one row per change of what holds for a line of a source.
create view boilerplate_history as
select $boilerplate_history_shown
from read_parquet($boilerplate_history_files, union_by_name = true);

-- Grain: one row per line of a source, as its newest change has it.
create view boilerplate as
with newest as (
    select
        * exclude (change),
        state in ('learned', 'dropped') as is_removed
    from boilerplate_history
    -- By time first: the counts of a source's former and present name are not one.
    qualify row_number() over (partition by source, line order by changed_at desc, change desc) = 1
),
versions as (
    select
        source,
        md5(string_agg(line, chr(10) order by line))[:8] as version
    from newest
    where is_removed
    group by source
)
select
    source,
    line,
    state,
    is_removed,
    articles,
    days,
    share,
    changed_at,
    run_id,
    version
from newest
left join versions using (source);

-- Grain: one row per source and night; a night that was run twice counts both. Rows of an older
-- Broadsheet, which have no `known`, count 200 and 304 apart and leave out failures: mended here.
create view nights as
with counted as (
    select
        * replace (
            if(known is null, loaded + revised + duplicate + rejected + failed, fetched) as fetched,
            duplicate as unchanged,
            coalesce(known, found - new) as known,
            coalesce(excluded, 0) as excluded
        )
    from visits
)
select
    night,
    source,
    case
        when bool_and(discovery = 'failed') then 'failed'
        when bool_and(discovery = 'ok') then 'ok'
        else 'partial'
    end as discovery,
    arg_max(problem, run_id) as problem,
    sum(found)::bigint as found,
    sum(new)::bigint as new,
    sum(fetched)::bigint as fetched,
    sum(unchanged)::bigint as unchanged,
    sum(loaded)::bigint as loaded,
    sum(revised)::bigint as revised,
    sum(duplicate)::bigint as duplicate,
    sum(rejected)::bigint as rejected,
    sum(failed)::bigint as failed,
    sum(refused)::bigint as refused,
    sum(postponed)::bigint as postponed,
    max(newest_at) as newest_at,
    bool_or(possible_loss) as possible_loss,
    sum(filled)::bigint as filled,
    sum(known)::bigint as known,
    sum(excluded)::bigint as excluded,
    sum(reread)::bigint as reread
from counted
group by night, source;

-- Grain: one row per source and day, from its first night or article to its own last night: of a
-- source that was removed from the list since, nothing can be said.
create view coverage as
with believed as (
    select *
    from nights
    where night between date '$first_night' and date '$last_night'
),
dated as (
    select
        source,
        published_date as day,
        count(*) as published
    from articles
    semi join visits using (source)
    where published_date is not null
    group by all
),
bounds as (
    select
        source,
        min(day) as first_day,
        max(day) filter (is_night) as last_day
    from (
        select source, day, false as is_night from dated
        union all
        select source, night as day, true as is_night from believed
    )
    group by source
),
days as (
    select
        source,
        unnest(
            generate_series(
                first_day::timestamp,
                last_day::timestamp,
                interval 1 day
            )
        )::date as day
    from bounds
)
select
    days.source,
    days.day,
    coalesce(dated.published, 0) as published,
    coalesce(believed.loaded, 0) as collected,
    case
        when believed.night is null then 'not_visited'
        when believed.discovery = 'failed' then 'failed'
        when believed.fetched > 0 and believed.fetched = believed.failed then 'failed'
        when believed.possible_loss then 'possible_loss'
        when believed.loaded > 0 then 'collected'
        else 'quiet'
    end as state
from days
left join dated using (source, day)
left join believed on believed.source = days.source and believed.night = days.day;

-- Grain: one row per source without a new article for longer than is its habit: the longest pause
-- between nights that brought one, of at least three such nights.
create view silent_sources as
with active as (
    select
        source,
        night,
        night - lag(night) over (partition by source order by night) as pause
    from nights
    where loaded > 0
        and night between date '$first_night' and date '$last_night'
),
habits as (
    select
        source,
        max(night) as last_day,
        max(pause) as habit_days
    from active
    group by source
    having count(*) >= 3
),
visited as (
    select
        source,
        max(night) as last_night
    from visits
    where night between date '$first_night' and date '$last_night'
    group by source
)
select
    source,
    last_day,
    last_night,
    last_night - last_day as silent_days,
    habit_days
from habits
join visited using (source)
where last_night - last_day > habit_days;

-- Grain: one row per source that was ever visited, as of its last night.
create view sources as
with collected as (
    select
        source,
        count(*) as articles,
        max(published_at) as newest_at
    from articles
    semi join visits using (source)
    group by source
),
visited as (
    select
        source,
        arg_max(homepage, run_id) as homepage,
        arg_max(entry, run_id) as entry,
        arg_max(feeds, run_id) as feeds,
        arg_max(sitemaps, run_id) as sitemaps,
        min(night) filter (is_believed) as first_night,
        max(night) filter (is_believed) as last_night,
        count(distinct night) as nights
    from (
        select
            *,
            night between date '$first_night' and date '$last_night' as is_believed
        from visits
    )
    group by source
)
select
    visited.*,
    coalesce(articles, 0) as articles,
    newest_at
from visited
left join collected using (source);

-- Grain: one row per name that a source had before. A table, filled by warehouse/publish.py.
create table former_names (
    former_name varchar,
    source varchar
);
