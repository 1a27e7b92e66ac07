-- Grain: one row per address that may matter tonight, as the hash of its key: listed tonight, waiting
-- since an earlier night, or requested lately. With them, only a small part of a history of years has
-- to be grouped. Two keys with the same hash do no harm: the keys themselves are compared afterwards.
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
