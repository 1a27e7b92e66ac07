-- Grain: one row per source of this nightly run: what its lists, its pages and its documents came to.
-- Two sums hold: found = new + known + excluded, for each address listed has one verdict; and fetched =
-- loaded + revised + unchanged + rejected + failed, for each page asked for either failed or is a document.
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
asked as (
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
taken_in as (
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
    coalesce(asked.fetched, 0) as fetched,
    coalesce(taken_in.duplicate, 0) as unchanged,
    coalesce(taken_in.loaded, 0) as loaded,
    coalesce(taken_in.revised, 0) as revised,
    coalesce(taken_in.duplicate, 0) as duplicate,
    coalesce(taken_in.rejected, 0) as rejected,
    coalesce(asked.failed, 0) + coalesce(taken_in.failed, 0) as failed,
    coalesce(asked.refused, 0) as refused,
    coalesce(asked.postponed, 0) as postponed,
    taken_in.newest_at,
    possible_loss,
    coalesce(listings.filled, 0) as filled,
    coalesce(listings.found - listings.new - listings.excluded, 0) as known,
    coalesce(listings.excluded, 0) as excluded,
    coalesce(asked.reread, 0) as reread
from visited
left join listings using (source)
left join asked using (source)
left join taken_in using (source)
order by source;
