-- Grain: one row per file that held the bytes of a version which is missing, as its locator names it.
select distinct split_part(locator, '#', 1) as file
from documents
anti join article_versions using (article_id, version)
where outcome in ('loaded', 'revised')
order by file;
