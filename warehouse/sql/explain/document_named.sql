-- Grain: one row, the document of an article_id or address: for an article the document of its current
-- version, else the newest attempt.
with named as (
    select
        documents.run_id,
        documents.locator,
        documents.url,
        documents.source,
        runs.inputs,
        runs.parameters,
        runs.started_at,
        articles.article_id is not null as is_current
    from documents
    join runs using (run_id)
    left join articles
        on articles.article_id = documents.article_id and articles.locator = documents.locator
    where
        documents.article_id = $named
        or documents.url = $named
        or articles.url_key = $url_key
)

select run_id, locator, url, source, inputs, parameters
from named
order by is_current desc, started_at desc
limit 1
