-- Grain: one row per document of the run $run_id that was read again for a repair: its outcome,
-- article and version. Columns: is_version says whether its row in `article_versions` is missing
-- and can be made, is_unlisted whether its row in `documents` is missing; is_kept whether the
-- tables still know that the run had this document.
-- Reads: processed, outcomes, contents, kept_decisions; documents, article_versions.
create or replace temp table read_again as
with listed as (
    select
        locator,
        source,
        article_id,
        version,
        outcome,
        bytes
    from documents
    where run_id = $run_id
),
listed_versions as (
    select distinct
        article_id,
        version,
        true as is_listed
    from listed
    where outcome in ('loaded', 'revised')
),
by_locator as (
    select
        locator,
        any_value(source) as source,
        any_value(bytes) as bytes
    from listed
    group by locator
),
own as (
    select
        article_id,
        version,
        true as is_stored
    from article_versions
    where run_id = $run_id
)
select
    processed.position,
    outcomes.article_id,
    outcomes.version,
    outcomes.outcome,
    outcomes.step,
    outcomes.reason,
    outcomes.detail,
    outcomes.page_type,
    by_locator.source,
    outcomes.outcome in ('loaded', 'revised')
        and is_stored is null
        and coalesce(has_text, false)
        -- Bytes of another size were replaced since, and would give another text.
        and (by_locator.bytes is null or by_locator.bytes = processed.bytes) as is_version,
    by_locator.locator is null
        and (is_listed is null or outcomes.outcome not in ('loaded', 'revised')) as is_unlisted,
    kept_decisions.position is not null as is_kept
from processed
join outcomes using (position)
left join (select position, true as has_text from contents) as texts using (position)
left join kept_decisions using (position)
left join by_locator on by_locator.locator = processed.locator
left join listed_versions
    on listed_versions.article_id = outcomes.article_id
    and listed_versions.version = outcomes.version
left join own
    on own.article_id = outcomes.article_id
    and own.version = outcomes.version;
