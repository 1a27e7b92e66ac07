-- Grain: one row: the numbers of documents that reprocessing would change or leave as they are.
-- Reads: processed, reprocessed, article_versions.
select
    count(*) as documents,
    count(*) filter (reprocessed.outcome = 'revised') as changed,
    count(*) filter (reprocessed.duplicate_reason = 'same_result') as same,
    count(*) filter (reprocessed.duplicate_reason = 'outdated_version') as outdated,
    count(*) filter (
        reprocessed.position is null and processed.outcome is not null
        and processed.locator in (select locator from article_versions)
    ) as no_longer_articles
from processed
left join reprocessed using (position);
