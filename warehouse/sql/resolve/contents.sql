-- Grain: one row per document of the run that has a text, or is a revisit that makes an earlier
-- text current again: the columns that its version gets if it becomes one.
-- Reads: processed, identified, revisit_contents.
create temp view contents as
select
    processed.* replace (identified.url_key as url_key),
    processed.url_key as claimed_key
from processed
join identified using (position)
union all by name
select *
from revisit_contents;
