-- Grain: one row per address that may matter tonight, as the hash of its key: listed tonight, waiting
-- since an earlier night, or asked for lately. A history of years need not be grouped for those. Two
-- keys with one hash do no harm: the keys themselves are compared afterwards.
create temp table met_addresses as
select hash(url_key) as number
from found
union
select hash(url_key) as number
from discoveries
where verdict in ('new', 'over_limit')
    and night >= $night - $carry_days
union
select hash(url_key) as number
from fetches
where kind = 'article'
    and night >= $night - $reach;
