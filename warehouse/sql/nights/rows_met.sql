-- Grain: one row: how many rows of the history are about the addresses of met_addresses.
select
    (select count(*) from found)
    + (select count(*) from discoveries where hash(url_key) in (from met_addresses))
    + (select count(*) from fetches where hash(url_key) in (from met_addresses)) as rows;
