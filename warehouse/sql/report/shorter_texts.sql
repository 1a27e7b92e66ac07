-- Grain: one row per source of the run whose new texts have a median length of less than half of
-- that in the 30 days before. This is the first sign that a site was rebuilt or put behind a
-- paywall.
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
