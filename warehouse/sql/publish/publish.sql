-- Grain: as stated before each view and table. They show the files of one snapshot per table.
-- warehouse/publish.py replaces names after a dollar sign: columns, lists of files, settings.
-- `…_shown` are columns in which a source has its present name, `…_columns` are those as stored.
-- Nights before $first_night or after $last_night (tomorrow) are ignored: older versions accepted
-- mistyped nights. The tables in the schema `marts` are those of kept/marts.duckdb, of which this file
-- is a copy.

-- Grain: one row per source and nightly run.
create view marts.visits as
select * replace ($source_shown)
from marts.visit_counts;

-- Grain: one row per source that was ever visited and name that it had.
create view marts.entries as
select * replace ($source_shown)
from marts.source_entries;

-- Grain: one row per source that was ever visited, name, domain and day, with its current articles.
create view marts.days as
select * replace ($source_shown)
from marts.article_days
where $source_alone in (select source from marts.entries);

-- Grain: one row per published_date, source, domain, section and language of articles.
create view marts.attention as
select * replace ($source_shown)
from marts.attention_days;

-- Grain: one row per published_date, source, domain and news agency that articles credit.
create view marts.agencies as
select * replace ($source_shown)
from marts.agency_days;

-- Grain: one row per article that ever had copies and has a current version.
create view marts.clustered as
select * replace ($source_shown)
from marts.clustered_articles
where is_shown;

-- Grain: one row per cluster of these articles.
create view marts.stories as
select * replace (
    $source_shown,
    list_transform(without_domain, lambda "source": $source_alone) as without_domain
)
from marts.clustered_stories;

-- Grain: one row per article that ever had copies: its present cluster.
create view clusters as
select
    article_id,
    cluster_id
from marts.clustered_articles;

-- Grain: one row per version of an article, with the columns as they are stored.
create view marts.stored_versions as
select $article_versions_columns
from read_parquet($article_versions_files, union_by_name = $article_versions_differ);

-- Grain: one row per version of an article.
create view article_versions as
with stored as (
    select $article_versions_shown
    from marts.stored_versions
)
select
    stored.* replace (coalesce(clusters.cluster_id, stored.article_id) as cluster_id)
from stored
left join clusters using (article_id);

-- Grain: one row per version and address that it has: its own, and the one that identifies it. There is
-- no grouping, so that DuckDB hands a filter on either column to the scans.
create view marts.addresses as
select
    url_key,
    article_id
from marts.stored_versions
union all
select
    own_key as url_key,
    article_id
from marts.stored_versions
where own_key is distinct from url_key;

-- Grain: one row per version that is not its article's current one.
create view superseded as
select $superseded_columns
from marts.standings
where is_outdated;

-- Grain: one row per article, its current version.
create view articles as
select $article_versions_columns
from article_versions
anti join superseded using (article_id, version);

-- Grain: one row per article published in the last $latest_days days before this file was built.
-- The bound is a constant, so that DuckDB skips the files of older nights.
create view latest_articles as
select $article_versions_columns
from articles
where published_at >= timestamptz '$published_at' - interval $latest_days days;

-- Grain: one row per key of an article that newer rules of addresses changed.
create view article_keys as
select $article_keys_columns
from read_parquet($article_keys_files, union_by_name = $article_keys_differ);

-- Grain: one row per date seen in a loaded version.
create view date_candidates as
select $date_candidates_shown
from read_parquet($date_candidates_files, union_by_name = $date_candidates_differ);

-- Grain: one row per link in the text of a version. An address is that of an article if any version
-- has it; of several articles with one address the smallest id counts. The subquery is asked for the
-- addresses of the wanted links alone; a join would group the addresses of all articles.
create view links as
select
    $links_columns,
    (
        select min(addresses.article_id)
        from marts.addresses
        where addresses.url_key = links.url_key
    ) as target_article_id
from read_parquet($links_files, union_by_name = $links_differ) as links;

-- Grain: one row per image in or above the text of a version.
create view images as
select $images_columns
from read_parquet($images_files, union_by_name = $images_differ);

-- Grain: one row per version after the first in time. A version that was compared several times has
-- several rows, of which the newest is shown.
create view revisions as
select $revisions_columns
from read_parquet($revisions_files, union_by_name = $revisions_differ)
qualify row_number() over (partition by article_id, version order by comparison desc) = 1;

-- Grain: one row per paragraph that a revision changed.
create view revision_changes as
select $revision_changes_columns
from read_parquet($revision_changes_files, union_by_name = $revision_changes_differ)
semi join revisions using (article_id, version, comparison);

-- Grain: one row per document and run.
create view documents as
select $documents_shown
from read_parquet($documents_files, union_by_name = $documents_differ);

-- Grain: one row per run.
create view runs as
select $runs_shown
from read_parquet($runs_files, union_by_name = $runs_differ);

-- Grain: one row per article, version, coder and variable: the value that was imported last.
create view codings as
select $codings_columns
from read_parquet($codings_files, union_by_name = $codings_differ)
qualify row_number() over (
    partition by article_id, version, coder, variable
    order by imported_at desc, run_id desc
) = 1;

-- Grain: one row per watch and article, at the version that first matched.
create view watch_hits as
select $watch_hits_columns
from read_parquet($watch_hits_files, union_by_name = $watch_hits_differ)
qualify row_number() over (partition by watch, article_id order by run_id, version) = 1;

-- Grain: one row per file that a repair set aside, and per run with rows that were lost otherwise.
create view repairs as
select $repairs_columns
from read_parquet($repairs_files, union_by_name = $repairs_differ);

-- Grain: one row per article that was taken down.
create view takedowns as
select $takedowns_columns
from read_parquet($takedowns_files, union_by_name = $takedowns_differ);

-- Grain: one row per run and file that it read, or databank's download within an archive.
create view inputs as
select $inputs_columns
from read_parquet($inputs_files, union_by_name = $inputs_differ);

-- Grain: one row per named snapshot.
create view snapshots as
select $snapshots_columns
from read_parquet($snapshots_files, union_by_name = $snapshots_differ);

-- Grain: one row per address and place that listed it, per run.
create view discoveries as
select $discoveries_shown
from read_parquet($discoveries_files, union_by_name = $discoveries_differ);

-- Grain: one row per attempt to fetch an address.
create view fetches as
select $fetches_shown
from read_parquet($fetches_files, union_by_name = $fetches_differ);

-- Grain: one row per address whose key newer rules of addresses changed.
create view address_keys as
select $address_keys_columns
from read_parquet($address_keys_files, union_by_name = $address_keys_differ);

-- Grain: one row per source and nightly run.
create view visits as
select $visits_shown
from read_parquet($visits_files, union_by_name = $visits_differ);

-- Grain: one row per change of the state of a line of a source.
create view boilerplate_history as
select $boilerplate_history_shown
from read_parquet($boilerplate_history_files, union_by_name = $boilerplate_history_differ);

-- Grain: one row per line of a source, in the state of its newest change.
create view boilerplate as
with newest as (
    select
        * exclude (change),
        state in ('learned', 'dropped') as is_removed
    from boilerplate_history
    -- By time first: changes are numbered separately under a source's former and present name.
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

-- Grain: one row per source and night; the counts of a night that was run twice are added up.
-- Rows of an older Broadsheet have no `known`. In these, `fetched` counts only answers with status
-- 200 and leaves out failures, so that it is computed from the outcomes here.
create view nights as
with counted as (
    select
        * replace (
            if(known is null, loaded + revised + duplicate + rejected + failed, fetched) as fetched,
            duplicate as unchanged,
            coalesce(known, found - new) as known,
            coalesce(excluded, 0) as excluded
        )
    from marts.visits
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

-- Grain: one row per source and day, from its first night or article to its own last night. Nothing
-- is said about days after that, because the source may have been removed from the list.
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
        sum(articles)::bigint as published
    from marts.days
    where published_date is not null
    group by all
),
copied as (
    -- Articles without copies are stories of their own.
    select
        source,
        published_date as day,
        count(*) - count(distinct cluster_id) as copies
    from marts.clustered
    where published_date is not null
    group by all
),
bounds as (
    select
        source,
        min(day) as first_day,
        max(day) filter (is_night) as last_day
    from (
        select source, published_date as day, false as is_night
        from marts.days
        where published_date is not null
        union all
        select source, night as day, true as is_night
        from marts.visits
        where night between date '$first_night' and date '$last_night'
    )
    group by source
),
calendar as (
    select unnest(
        generate_series(
            (select min(first_day) from bounds)::timestamp,
            (select max(last_day) from bounds)::timestamp,
            interval 1 day
        )
    )::date as day
),
days as (
    select
        source,
        day
    from bounds
    join calendar on day between first_day and last_day
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
    end as state,
    coalesce(dated.published - coalesce(copied.copies, 0), 0) as stories
from days
left join dated using (source, day)
left join copied using (source, day)
left join believed on believed.source = days.source and believed.night = days.day;

-- Grain: one row per article and list (front page, section or feed) that named it. An address is that
-- of an article as in the view `links`. DuckDB takes the smaller side of the join first, and knows the
-- size of a side only by the number of its conditions: so the nights are judged beside the join, and
-- the kind of list by a function. Then a list, or an article, is looked for alone.
create view prominence as
with believed as (
    select
        url_key,
        place,
        how,
        if(night between date '$first_night' and date '$last_night', night, null) as night,
        position
    from discoveries
    where list_contains(['front', 'section', 'feed'], how)
)
select
    article_id,
    place as list,
    how,
    min(night) as first_night,
    max(night) as last_night,
    count(distinct night) as nights,
    arg_min(position, struct_pack(night, position)) filter (night is not null) as first_position,
    min(position) filter (night is not null) as best_position
from believed
join marts.addresses using (url_key)
anti join marts.outranked_addresses using (url_key, article_id)
group by article_id, place, how
having min(night) is not null;

-- Grain: one row per source without a new article for longer than its habit: the longest pause so
-- far between nights that brought a new article. A source needs at least three such nights.
create view silent_sources as
with active as (
    select
        source,
        night,
        night - lag(night) over (partition by source order by night) as pause
    from marts.visits  -- several visits in one night have pauses of 0
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
    having count(*) filter (pause > 0) >= 2
),
visited as (
    select
        source,
        max(night) as last_night
    from marts.visits
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
        sum(articles)::bigint as articles,
        max(newest_at) as newest_at
    from marts.days
    group by source
),
newest_visits as (
    select
        source,
        max(run_id) as run_id
    from marts.entries
    group by source
),
configured as (
    -- Few row groups are read, for most sources were visited in the last night.
    select
        source,
        any_value(homepage) as homepage,
        any_value(entry) as entry,
        any_value(feeds) as feeds,
        any_value(sitemaps) as sitemaps
    from visits
    semi join newest_visits using (source, run_id)
    group by source
),
visited as (
    select
        source,
        min(night) filter (is_believed) as first_night,
        max(night) filter (is_believed) as last_night,
        count(distinct night) as nights
    from (
        select
            *,
            night between date '$first_night' and date '$last_night' as is_believed
        from marts.visits
    )
    group by source
)
select
    configured.*,
    first_night,
    last_night,
    nights,
    coalesce(articles, 0) as articles,
    newest_at
from configured
join visited using (source)
left join collected using (source);

-- Grain: one row, which warehouse/publish.py adds last: what was published together with this file.
create table publication (
    publication_id varchar,
    published_at timestamptz,
    snapshots json,
    search varchar,
    report varchar
);

-- Grain: one row per former name of a source. It is a table, which warehouse/publish.py fills.
create table former_names (
    former_name varchar,
    source varchar
);
