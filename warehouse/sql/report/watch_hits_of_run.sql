-- Grain: one row per watch with new hits in a run: their number, and the titles of the first five.
select
    watch,
    count(*) as articles,
    list(coalesce(title, url, article_id) order by published_at desc nulls last, article_id)[:5]
        as titles
from watch_hits
join article_versions as versions using (article_id, version)
where watch_hits.run_id = $run_id
group by watch
order by watch;
