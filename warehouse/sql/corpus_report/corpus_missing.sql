-- Grain: one row per kind of gap in the collection since the day $since, and its size.
with gaps as (
    select
        state as gap,
        count(*) as cases,
        count(distinct source) as sources
    from coverage
    join (select source, first_night from sources) as sources using (source)
    where state in ('not_visited', 'failed', 'possible_loss')
        and day >= first_night
        and day >= date '$since'
    group by state
),
silent as (
    select
        'silent' as gap,
        count(*) as cases,
        count(*) as sources
    from silent_sources
),
turned_away as (
    select
        unnest(['refused', 'postponed', 'not_arrived']) as gap,
        unnest([sum(refused), sum(postponed), sum(failed)])::bigint as cases,
        unnest([
            count(distinct source) filter (refused > 0),
            count(distinct source) filter (postponed > 0),
            count(distinct source) filter (failed > 0)
        ]) as sources
    from nights
    where night >= date '$since'
),
unsure as (
    select
        unnest(['undated', 'not_full']) as gap,
        unnest([
            count(*) filter (published_date is null),
            count(*) filter (access_state in ('truncated', 'paywalled'))
        ]) as cases,
        unnest([
            count(distinct coalesce(source, domain)) filter (published_date is null),
            count(distinct coalesce(source, domain))
                filter (access_state in ('truncated', 'paywalled'))
        ]) as sources
    from articles
    where coalesce(published_date, fetched_at::date, date '$since') >= date '$since'
),
damaged as (
    select
        'damaged' as gap,
        coalesce(sum(rows - healed), 0)::bigint as cases,
        0 as sources
    from repairs
)
select gap, cases, sources from gaps
union all
select gap, cases, sources from silent
union all
select gap, cases, sources from turned_away
union all
select gap, cases, sources from unsure
union all
select gap, cases, sources from damaged
