-- Grain: one row per source whose lines may change state: the run brought enough articles of it, or
-- boilerplate.toml names lines of it now or did so before. Columns: first_day is the day of its
-- oldest article that is compared.
-- A source is learned whenever the number of its versions passes a multiple of `step`, a small share
-- of the articles that are compared. So each article is read again a bounded number of times, however
-- many sources there are, and the choice depends on nothing but these numbers. `ahead` distributes
-- sources that grow alike over the nights.
-- Articles that are $window days older than the newest ones hardly count. They are compared only if
-- there are fewer than $few articles without them. Days before $since are read only for sources that
-- have too few articles after it; the result does not depend on $since.
-- The sources are split into parts, because the memory of learning grows with the number of sources
-- that are handled together. Sources of a part have similar first days.
-- Reads: new_article_versions (of the run), earlier_versions and earlier_days (counts of what is
-- stored), overrides, boilerplate_history.
create temp table sources_to_learn as
with new_versions as (
    select
        coalesce(source, domain) as source,
        coalesce(published_date, fetched_at::date) as day,
        count(*) as versions
    from new_article_versions
    group by all
),
earlier as (
    select
        source,
        sum(versions)::bigint as versions
    from earlier_versions
    group by source
),
grown as (
    select
        new_versions.source,
        coalesce(any_value(earlier.versions), 0) as versions_before,
        versions_before + sum(new_versions.versions)::bigint as versions_after,
        greatest(least(versions_after, $stories) // $steps, 1) as step,
        md5_number_lower(new_versions.source) % step as ahead
    from new_versions
    left join earlier using (source)
    group by new_versions.source
),
sources as (
    select source
    from grown
    where (versions_after + ahead) // step > (versions_before + ahead) // step
    union
    select source
    from overrides
    union
    select source
    from boilerplate_history
    group by source, line
    having arg_max(state, struct_pack(changed_at, change)) in ('kept', 'dropped')
),
totals as (
    select
        source,
        sum(articles)::bigint as total
    from (
        select source, articles
        from earlier_days
        semi join sources using (source)
        where day is not null
        union all
        select source, versions as articles
        from new_versions
        semi join sources using (source)
        where day is not null
    )
    group by source
),
near_days as (
    select
        source,
        day,
        articles
    from earlier_days
    semi join sources using (source)
    where day >= $since
    union all
    select
        source,
        day,
        versions as articles
    from new_versions
    semi join sources using (source)
    where day is not null
),
near_placed as (
    select
        source,
        day,
        sum(articles) as articles,
        sum(sum(articles)) over (partition by source order by day desc) - sum(articles) as newer
    from near_days
    group by source, day
),
complete as (
    -- So many articles are near that none before $since is compared.
    select source
    from near_placed
    join totals using (source)
    group by source
    having sum(articles) filter (day >= $since) >= $few
        and max(day) filter (newer >= least(total, $stories) / 20 or newer + 1 >= total)
            - $window >= $since
),
days as (
    select
        source,
        day,
        sum(articles) as articles
    from (
        from near_days
        union all
        select
            source,
            day,
            articles
        from earlier_days
        where day < $since
            and source in (from sources anti join complete using (source))
    )
    group by source, day
),
placed as (
    select
        source,
        day,
        total,
        sum(articles) over (partition by source order by day desc) - articles as newer
    from days
    join totals using (source)
),
recent_days as (
    -- A few articles that are dated far into the future must not move the window.
    select
        source,
        max(day) filter (newer >= least(total, $stories) / 20 or newer + 1 >= total) as recent
    from placed
    group by source
),
first_days as (
    select
        source,
        min(day) as first_day
    from placed
    join recent_days using (source)
    where newer < $stories + $outdated
        and (newer < $few or day >= coalesce(recent, day) - $window)
    group by source
)
select
    source,
    first_day,
    (row_number() over (order by first_day desc, source) - 1) // $sources_at_once as part
from sources
left join first_days using (source)
where source is not null;
