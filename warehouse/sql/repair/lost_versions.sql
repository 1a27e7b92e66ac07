-- Grain: one row per version that the ledger names and article_versions lacks.
select
    documents.run_id,
    documents.article_id,
    documents.version,
    documents.url,
    documents.source,
    documents.locator
from documents
anti join article_versions using (run_id, article_id, version)
where outcome in ('loaded', 'revised')
    and run_id not in (select unnest($unfinished::varchar[]))
order by all;
