-- Grain: one row per kind of pair of articles with common text.
select
    kind,
    count(*) as pairs,
    round(median(jaccard), 2) as median_jaccard
from copies
group by kind
order by pairs desc, kind
