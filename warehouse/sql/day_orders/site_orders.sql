-- Grain: one row per site whose pages prove an order of day and month: at least $least_share of the
-- pages that prove any order must agree. A page counts once for each order that its dates prove.
-- Reads: site_dates, raw_orders.
create or replace temp table site_orders as
with votes as (
    select
        site,
        day_order,
        count(distinct article_id) as pages
    from site_dates
    join raw_orders using (raw)
    group by all
)
select
    site,
    day_order
from votes
qualify pages >= $least_share * sum(pages) over (partition by site);
