-- Grain: one row per source of this nightly run, with counts of its lists, its pages and its documents.
-- Two sums hold. found = new + known + excluded, because each listed address has one verdict. fetched =
-- loaded + revised + unchanged + rejected + failed, because each requested page either failed or is a
-- document.
with listings as (
    select
        source,
        count(distinct url_key) as found,
        count(distinct url_key) filter (verdict in ('new', 'over_limit')) as new,
        count(distinct url_key) filter (verdict = 'excluded') as excluded,
        count(distinct url_key) filter (filled_gap and verdict in ('new', 'over_limit')) as filled
    from listed
    where verdict <> 'twin'
    group by source
),
pages as (
    select
        source,
        url_key,
        arg_max(outcome, started_at) as outcome,
        any_value(why) as why
    from attempts
    where kind = 'article'
    group by all
),
requested as (
    select
        source,
        count(*) filter (outcome in ('fetched', 'unchanged', 'failed')) as fetched,
        count(*) filter (
            outcome in ('fetched', 'unchanged', 'failed') and why in ('revisit', 'changed')
        ) as reread,
        count(*) filter (outcome = 'failed') as failed,
        count(*) filter (outcome = 'refused') as refused,
        count(*) filter (outcome = 'postponed') as postponed
    from pages
    group by source
),
ledger as (
    select
        publication as source,
        outcomes.outcome,
        published_at
    from processed
    join outcomes using (position)
),
resolved as (
    select
        source,
        count(*) filter (outcome = 'loaded') as loaded,
        count(*) filter (outcome = 'revised') as revised,
        count(*) filter (outcome = 'duplicate') as duplicate,
        count(*) filter (outcome = 'rejected') as rejected,
        count(*) filter (outcome = 'failed') as failed,
        max(published_at) as newest_at
    from ledger
    group by source
)
select
    $run_id as run_id,
    $night as night,
    source,
    homepage,
    entry,
    feeds,
    sitemaps,
    discovery,
    problem,
    coalesce(listings.found, 0) as found,
    coalesce(listings.new, 0) as new,
    coalesce(requested.fetched, 0) as fetched,
    coalesce(resolved.duplicate, 0) as unchanged,
    coalesce(resolved.loaded, 0) as loaded,
    coalesce(resolved.revised, 0) as revised,
    coalesce(resolved.duplicate, 0) as duplicate,
    coalesce(resolved.rejected, 0) as rejected,
    coalesce(requested.failed, 0) + coalesce(resolved.failed, 0) as failed,
    coalesce(requested.refused, 0) as refused,
    coalesce(requested.postponed, 0) as postponed,
    resolved.newest_at,
    possible_loss,
    coalesce(listings.filled, 0) as filled,
    coalesce(listings.found - listings.new - listings.excluded, 0) as known,
    coalesce(listings.excluded, 0) as excluded,
    coalesce(requested.reread, 0) as reread
from visited
left join listings using (source)
left join requested using (source)
left join resolved using (source)
order by source;
