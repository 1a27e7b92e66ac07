-- Grain: one row per document of the run that has a text, or brings an earlier one back: the columns
-- that its version would have.
create temp view contents as
select
    processed.* replace (identified.url_key as url_key),
    processed.url_key as claimed_key
from processed
join identified using (position)
union all by name
select *
from revisit_contents;
