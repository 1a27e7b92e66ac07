-- Grain: one row per record of the raw zone that holds a taken page, as its locator.
-- Reads: taken_documents, fetches, taken_urls, taken_keys.
select locator
from taken_documents
where starts_with(locator, 'raw/')
union
select warc_file || '#offset=' || warc_offset as locator
from fetches
where warc_file is not null
    and (url in (select url from taken_urls) or url_key in (select key from taken_keys))
    and (final_url is null or final_url in (select url from taken_urls))
order by all;
