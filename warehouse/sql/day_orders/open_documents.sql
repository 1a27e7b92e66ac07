-- Grain: one row per article of the run whose dates depend on the site's order of day and month
-- (3/4 is 3 April or March 4). The site is the registered domain, or the source if there is no
-- address.
-- Reads: documents_read.
create or replace temp table open_documents as
select
    position,
    coalesce(domain, $source, publication) as site
from documents_read
where len(readings) > 0
    and coalesce(domain, $source, publication) is not null;
