-- Grain: one row per stored version whose bytes this run has read again, as `reprocess` does for
-- many versions: the hashes of the text that the present extractor gets. Captures are compared with
-- these hashes, so that a better extractor is not mistaken for a change by the publisher.
-- Any run but that of `reprocess` has nothing_reprocessed.sql instead.
create temp table reread as
select
    article_versions.article_id,
    article_versions.version,
    arg_max(processed.content_hash, position) as content_hash,
    arg_max(coalesce(processed.whole_hash, processed.content_hash), position) as whole_hash
from article_versions
join processed using (locator)
where processed.outcome is null
group by all;
