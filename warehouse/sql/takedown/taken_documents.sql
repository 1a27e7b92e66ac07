-- Grain: one row per document of the ledger that is of a taken article, or of one of its addresses.
-- Columns: is_path says that the locator names the page itself, because its file, or member of an
-- archive, holds no other document of the run. Reads: documents, taken_articles, taken_urls.
create or replace temp table taken_documents as
with found as (
    select
        *,
        article_id in (select article_id from taken_articles) as is_article
    from documents
    where article_id in (select article_id from taken_articles)
        or article_id is null and url in (select url from taken_urls)
),
containers as (
    select
        run_id,
        regexp_replace(locator, '#[^#]*$', '') as path,
        count(*) as documents
    from documents
    semi join found using (run_id)
    group by all
)
select
    found.run_id,
    found.locator,
    found.source,
    found.outcome,
    found.is_article,
    not starts_with(locator, 'raw/') and containers.documents = 1 as is_path
from found
left join containers
    on containers.run_id = found.run_id
    and containers.path = regexp_replace(locator, '#[^#]*$', '');
