-- The tables as they were before the run $run_id, under the names by which resolving reads them.
-- Rows of the run itself are among them if their documents cannot be read any more.
-- Reads: earlier_runs, processed.

-- Grain: one row per version that can be read. The version of a revisit has the address and time of
-- the revisit, and the locator of the bytes that it repeats.
create temp view whole_versions as
from memory.main.article_versions
where run_id in (from earlier_runs)
    or run_id = $run_id
    and not exists (
        from processed
        where processed.url is not distinct from article_versions.url
            and processed.fetched_at is not distinct from article_versions.fetched_at
            and (processed.locator = article_versions.locator or processed.reason = 'revisit')
    );

-- Grain: one row per document.
create temp view documents as
from memory.main.documents
where run_id in (from earlier_runs)
    or run_id = $run_id
    and (locator is null or locator not in (select locator from processed));

-- Grain: one row per version. The ledger still says what it can of a version that is lost: its
-- number, time and hash. Without these, later documents would get its number or repeat its text.
create temp view article_versions as
with keys as (
    select
        article_id,
        any_value(url_key) as url_key
    from whole_versions
    group by article_id
)
from whole_versions
union all by name
select
    lost.article_id,
    lost.version,
    lost.url,
    lost.locator,
    lost.fetched_at,
    lost.whole_hash,
    lost.run_id,
    lost.source,
    key_of(lost.url) as own_key,
    coalesce(keys.url_key, key_of(lost.url)) as url_key
from (
    from documents
    anti join whole_versions using (article_id, version)
    where outcome in ('loaded', 'revised')
) as lost
left join keys using (article_id);

-- Grain: one row per version whose state a run has changed, in its newest state.
create temp view superseded_history as
from memory.main.superseded_history
where run_id in (from earlier_runs);

-- Grain: one row per attempt to fetch a page in the earlier runs.
create temp view stored_fetches as
from memory.main.fetches
where run_id in (from earlier_runs);

-- Grain: one row per attempt to fetch a page in the run itself.
create temp view attempts as
from memory.main.fetches
where run_id = $run_id;

-- Grain: no rows: articles without a current version concern later runs only.
create temp view damaged as
select article_id
from memory.main.article_versions
limit 0;
