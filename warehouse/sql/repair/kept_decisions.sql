-- Grain: one row per document of the run $run_id that the tables still know, among those that were
-- read again: the outcome, article and version that it had. They come from its row of the ledger,
-- or from its version, of which the ledger has no row. The version of a revisit has the locator of
-- the bytes that it repeats, so the address and time tell which revisit it was.
-- Reads: processed, decided.
create temp table kept_decisions as
with listed as (
    from memory.main.documents
    where run_id = $run_id
),
own as (
    from memory.main.article_versions
    where run_id = $run_id
),
by_ledger as (
    select distinct on (processed.position)
        processed.position,
        listed.article_id,
        listed.version,
        listed.outcome
    from processed
    join listed using (locator)
    order by processed.position, listed.version nulls last
),
unlisted as (
    from processed
    anti join by_ledger using (position)
),
pairs as (
    select
        unlisted.position,
        own.article_id,
        own.version,
        own.locator = unlisted.locator as has_bytes,
        decided.article_id = own.article_id and decided.version = own.version as is_decided
    from unlisted
    join own
        on own.url is not distinct from unlisted.url
        and own.fetched_at is not distinct from unlisted.fetched_at
    left join decided using (position)
    where own.locator = unlisted.locator and unlisted.outcome is null
        or own.locator <> unlisted.locator and unlisted.reason = 'revisit'
),
of_versions as (
    select *
    from pairs
    qualify row_number() over (
        partition by article_id, version
        order by has_bytes desc, coalesce(is_decided, false) desc, position
    ) = 1
)
select
    position,
    article_id,
    version,
    outcome
from by_ledger
union all
select
    position,
    article_id,
    version,
    if(version = 1, 'loaded', 'revised') as outcome
from of_versions
qualify row_number() over (
    partition by position
    order by coalesce(is_decided, false) desc, article_id, version
) = 1;
