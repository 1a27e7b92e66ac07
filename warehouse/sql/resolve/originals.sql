-- Grain: one row per revisit record of the run whose original is known, in the warehouse or in the
-- run itself. A revisit record says that an address had the same bytes as an earlier capture, its
-- original, and does not hold them. Of an original that became an article, `article_id` and
-- `version` (or, for one of this run, `original_position`) say which text the address had; of one
-- that was rejected or failed, `outcome` and `reason` do, and the revisit is dropped for the same.
-- Reads: processed, identified, attempts, and of the warehouse documents, article_versions, stored_fetches.
create temp table originals as
with revisits as (
    select
        position,
        url,
        fetched_at,
        key_of(url) as own_key,
        refers_to_record,
        coalesce(refers_to_url, url) as original_url,
        coalesce(key_of(refers_to_url), key_of(url)) as original_key,
        refers_to_at,
        refers_to_digest
    from processed
    where reason = 'revisit'
),
records as (
    -- Where the records lie that revisits of our own fetching name.
    select
        record_id,
        warc_file || '#offset=' || warc_offset as locator
    from stored_fetches
    where record_id in (select refers_to_record from revisits)
    union
    select
        record_id,
        warc_file || '#offset=' || warc_offset as locator
    from attempts
    where record_id in (select refers_to_record from revisits)
),
captures_of_warehouse as (
    select
        null::bigint as original_position,
        locator,
        url,
        key_of(url) as own_key,
        outcome,
        step,
        reason,
        detail,
        page_type,
        article_id,
        version,
        fetched_at,
        null as payload_digest,
        run_id
    from documents
    where reason is distinct from 'revisit'
        and (
            locator in (select locator from records)
            or fetched_at in (select refers_to_at from revisits)
            or url in (select url from revisits union all select original_url from revisits)
        )
    union all
    -- An article may have been met at another spelling of the address.
    select
        null as original_position,
        locator,
        url,
        coalesce(own_key, url_key) as own_key,
        'loaded' as outcome,
        null as step,
        null as reason,
        null as detail,
        page_type,
        article_id,
        version,
        fetched_at,
        payload_digest,
        run_id
    from article_versions
    where coalesce(own_key, url_key) in (
        select own_key from revisits union all select original_key from revisits
    )
),
captures_of_run as (
    select
        position as original_position,
        locator,
        url,
        coalesce(own_key, key_of(url)) as own_key,
        outcome,
        step,
        reason,
        detail,
        page_type,
        identified.article_id,
        null::integer as version,
        fetched_at,
        payload_digest,
        null as run_id
    from processed
    left join identified using (position)
    where reason is distinct from 'revisit'
        and exists (from revisits)
),
candidates as (
    from captures_of_warehouse
    union all by name
    from captures_of_run
),
matches as (
    -- The best evidence counts: the record that is named, the address and time that are named, the
    -- digest of the bytes, and at last whatever the address had before.
    select
        revisits.position,
        1 as rank,
        candidates.*
    from revisits
    join records on records.record_id = refers_to_record
    join candidates using (locator)
    union all
    select
        revisits.position,
        2 as rank,
        candidates.*
    from revisits
    join candidates
        on candidates.own_key = original_key
        and candidates.fetched_at = refers_to_at
    union all
    select
        revisits.position,
        3 as rank,
        candidates.*
    from revisits
    join candidates
        on candidates.own_key = original_key
        and candidates.payload_digest = refers_to_digest
    union all
    select
        revisits.position,
        4 as rank,
        candidates.*
    from revisits
    join candidates
        on candidates.own_key in (revisits.own_key, original_key)
        and (candidates.fetched_at is null or candidates.fetched_at <= revisits.fetched_at)
),
chosen as (
    -- One original may have been read by several runs. The newest version counts: `reprocess` makes
    -- another version from the same bytes.
    select distinct on (position) *
    from matches
    order by
        position,
        rank,
        if(rank = 4, fetched_at, null) desc nulls last,
        article_id is not null desc,
        original_position is null desc,
        version desc nulls last,
        run_id desc nulls last
)
select
    position,
    if(article_id is null, null, original_position) as original_position,
    article_id,
    version,
    if(article_id is null, outcome, null) as outcome,
    step,
    reason,
    detail,
    page_type
from chosen;
