-- Grain: one row per source of the run whose new texts are, in the median, less than half as long as
-- those of the 30 days before: a site that was rebuilt, or put behind a wall, shows here first.
with tonight as (
    select
        source,
        median(word_count) as words
    from article_versions
    where run_id = $run_id
    group by source
    having count(*) >= 5
),
before as (
    select
        source,
        median(word_count) as words
    from article_versions
    where run_id <> $run_id
        and fetched_at >= $night::date - interval 30 days
        and fetched_at < $night::date + interval 2 days
    group by source
    having count(*) >= 10
)
select
    source,
    before.words::bigint as words_before,
    tonight.words::bigint as words_now
from tonight
join before using (source)
where tonight.words < before.words / 2
order by source;
