-- Grain: one row per revisit record of the run whose original is known, in the warehouse or in this
-- run. A revisit record states that an address had the same bytes as an earlier capture, its
-- original, but does not contain them. If the original became an article, `article_id` and
-- `version` (or `original_position`, if the original is a document of this run) identify the text.
-- If the original was rejected or failed, `outcome` and `reason` are set, and the revisit gets the
-- same outcome.
-- Reads: processed, identified, attempts; from the warehouse documents, article_versions and
-- stored_fetches.
create temp table originals as
with revisits as (
    select
        position,
        locator,
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
answers as not materialized (
    select
        record_id,
        warc_file || '#offset=' || warc_offset as locator,
        status,
        outcome,
        coalesce(etag, last_modified) as validator,
        started_at,
        redirects,
        final_url,
        url_key
    from (
        from stored_fetches
        union all by name
        from attempts
    )
),
named as materialized (
    select
        revisits.position,
        answers.locator,
        not_modified.started_at as confirmed_at,
        validator,
        answers.started_at,
        if(redirects > 0, key_of(final_url), url_key) as final_key
    from revisits
    join answers on answers.record_id = refers_to_record
    left join (
        select
            warc_file || '#offset=' || warc_offset as locator,
            started_at
        from attempts
        where status = 304
    ) as not_modified on not_modified.locator = revisits.locator
),
with_validators as materialized (
    -- Filter first, to few rows: key_of is slow, and the fetch history may have millions of rows.
    select *
    from answers
    where outcome = 'fetched'
        and validator in (select validator from named where confirmed_at is not null)
),
records as (
    -- The location of the record that each revisit written by our own fetching confirms. A 304
    -- confirms the validators (ETag, Last-Modified) that were sent. If a later answer from the same
    -- address had the same validators, the 304 confirms that later answer. Otherwise a page that is
    -- requested both directly and by a redirect, and whose ETag never changes, would return to its
    -- first text every night.
    select
        position,
        arg_max(locator, coalesce(started_at, '-infinity'::timestamptz)) as locator
    from (
        select
            position,
            locator,
            started_at
        from named
        union all
        select
            position,
            with_validators.locator,
            with_validators.started_at
        from with_validators
        join named
            on named.validator = with_validators.validator
            and with_validators.started_at between named.started_at and confirmed_at
        where if(redirects > 0, key_of(final_url), url_key) = final_key
    )
    group by position
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
    -- The same article may have been captured under another spelling of the address.
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
    -- Candidates by the strength of the evidence: (1) the record that the revisit names, (2) the
    -- address and time that it names, (3) the address and digest, (4) any earlier capture of the
    -- address.
    select
        revisits.position,
        1 as rank,
        candidates.*
    from revisits
    join records using (position)
    join candidates on candidates.locator = records.locator
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
    -- Several runs may have read the same original. The newest version is chosen, because
    -- `reprocess` makes newer versions from the same bytes. If this run reads the record that the
    -- revisit names, its text is taken from there. The version that the record once repeated may
    -- differ by lines that were learned at that time and are forgotten now.
    select distinct on (position) *
    from matches
    order by
        position,
        rank,
        if(rank = 4, fetched_at, null) desc nulls last,
        article_id is not null desc,
        if(rank = 1, original_position is not null, original_position is null) desc,
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
