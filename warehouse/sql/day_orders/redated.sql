-- Grain: one row per document of the run whose dates change with the order of day and month of its
-- site; `reading` has the dates in that order.
-- Reads: open_documents, documents_read, site_orders.
create or replace temp table redated as
with listed as (
    select
        position,
        unnest(readings) as reading
    from documents_read
    where position in (select position from open_documents join site_orders using (site))
)
select
    position,
    reading
from listed
join open_documents using (position)
join site_orders using (site)
where reading.day_order = site_orders.day_order;
