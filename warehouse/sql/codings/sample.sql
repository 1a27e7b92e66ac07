-- Grain: one row per article that was drawn, in the order of the sheet.
-- The order of drawing is a hash of the seed and the article's id, so that neither the order of loading
-- nor compaction changes it. The n-th of N articles of a stratum has the place (n - 1/2) / N: the first
-- places of all strata together are a sample in proportion to the strata.
-- Names after a dollar sign are replaced by tasks/codings/sample.py.
with candidates as (
    select
        article_id,
        [$strata]::varchar[] as stratum,
        md5('$seed ' || article_id) as draw
    from articles
    where (
$where
)
),
placed as (
    select
        article_id,
        draw,
        (row_number() over (partition by stratum order by draw) - 0.5)
            / count(*) over (partition by stratum) as place
    from candidates
),
drawn as (
    select article_id
    from placed
    order by place, draw
    limit $count
)
select
    article_id,
    version,
    coalesce(source, domain) as source,
    published_date,
    language,
    url,
    title,
    text$codes
from articles
semi join drawn using (article_id)
order by md5('$seed order ' || article_id)
