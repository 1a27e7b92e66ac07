-- Grain: one row per stored version whose bytes the present extractor has read again in this run: what
-- its text is to be compared by, so that a better extractor is no change by the publisher. `reprocess`
-- reads the bytes of many versions.
create temp table reread as
select
    article_versions.article_id,
    article_versions.version,
    arg_max(processed.content_hash, position) as content_hash,
    arg_max(coalesce(processed.whole_hash, processed.content_hash), position) as whole_hash
from article_versions
join processed using (locator)
where $reprocess
    and processed.outcome is null
group by all;
