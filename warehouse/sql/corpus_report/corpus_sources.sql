-- Grain: one row per source that was ever visited, as its nights since $since were; the worst first.
with visited as (
    select
        source,
        count(*) as nights,
        count(*) filter (discovery = 'failed') as failed_nights,
        count(*) filter (possible_loss) as possible_losses,
        sum(fetched)::bigint as pages,
        sum(failed)::bigint as failed_pages,
        sum(loaded)::bigint as loaded,
        max(night) filter (loaded > 0) as last_new
    from nights
    where night >= date '$since'
    group by source
)
select
    source,
    nights,
    failed_nights,
    possible_losses,
    pages,
    failed_pages,
    loaded,
    last_new,
    silent_days
from visited
left join silent_sources using (source)
order by
    (failed_nights + possible_losses + coalesce(silent_days, 0)) desc,
    failed_pages desc,
    source
