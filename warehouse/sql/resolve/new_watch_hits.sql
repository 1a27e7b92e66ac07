-- Grain: one row per article whose new versions meet the condition of a watch, and that was no hit yet.
-- tasks/load/watches.py replaces the condition; `articles` are here the new versions of a run.
select
    $watch as watch,
    article_id,
    min(version) as version,
    $night::date as night,
    $run_id as run_id
from (
    select *
    from articles
    where (
{where}
)
)
anti join (
    select article_id
    from watch_hits
    where watch = $watch
) as known using (article_id)
group by article_id
order by article_id
