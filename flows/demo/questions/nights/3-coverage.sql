-- No news, or not collected?
select
    source,
    any_value(state) filter (day = date '2025-03-11') as night_1,
    any_value(state) filter (day = date '2025-03-12') as night_2,
    sum(collected)::int as articles
from coverage
group by source
order by source
