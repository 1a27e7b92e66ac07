-- Grain: one row per pair of sites of which the second took over stories from the first; the 150 with
-- most stories, of all time.
select
    from_domain,
    to_domain,
    stories,
    round(median_hours, 1) as median_hours
from syndication
order by stories desc, from_domain, to_domain
limit 150
