-- Grain: one row with the number of rows of the history that concern addresses in met_addresses.
select
    (select count(*) from found)
    + (select count(*) from discoveries where hash(url_key) in (from met_addresses))
    + (select count(*) from fetches where hash(url_key) in (from met_addresses)) as rows;
