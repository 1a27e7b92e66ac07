-- Grain: one row per address that may be fetched this night, listed tonight or due. `verdict` says why
-- it is fetched or why not. With $only_listed, addresses that are due but not listed are left out.
-- Nothing is due after $reach days.
-- Reads: found (tonight's listings), fetches, discoveries, documents, met_addresses.
-- An address is known once a run that requested it was loaded. Therefore the addresses that a killed
-- night missed need no special treatment: they are still to be fetched.
-- The statement handles one of $parts parts of the addresses, because DuckDB cannot spill the states of
-- arg_max, which 5 million addresses would need at once. It reads the history of met_addresses only.
insert into candidates by name
with found_here as (
    select *
    from found
    where hash(url_key) % $parts = $part
),
earlier_attempts as (
    select *
    from fetches
    where kind = 'article'
        and hash(url_key) % $parts = $part
        and hash(url_key) in (from met_addresses)
),
waiting as (
    -- Listed in an earlier night but perhaps never requested, because the source had no room left or
    -- the night was killed.
    select *
    from discoveries
    where verdict in ('new', 'over_limit')
        and night >= $night - $carry_days
        and hash(url_key) % $parts = $part
),
requested as (
    -- The history of each address: its last attempt, its visits, and the answer that is stored.
    select
        url_key,
        arg_max(url, started_at) as url,
        arg_max(source, started_at) as source,
        arg_max(outcome, started_at) as outcome,
        arg_max_null(reason, started_at) as reason,
        arg_max(passing, started_at) as passing,
        max(night) as last_night,
        min(night) as first_night,
        count(distinct night) filter (outcome = 'failed') as failed_nights,
        min(night) filter (outcome = 'fetched') as first_visit,
        count(distinct night) filter (outcome in ('fetched', 'unchanged')) as visits,
        max(started_at) filter (outcome in ('fetched', 'unchanged')) as visited_at,
        arg_max(struct_pack(etag, last_modified, payload_digest, record_id, final_url, started_at),
            started_at) filter (outcome = 'fetched') as original
    from earlier_attempts
    group by url_key
),
with_article as (
    -- Addresses that gave an article; only these are worth a revisit.
    select distinct earlier_attempts.url_key
    from earlier_attempts
    join documents
        on documents.locator = earlier_attempts.warc_file || '#offset=' || earlier_attempts.warc_offset
    where earlier_attempts.night >= $night - $reach
        and documents.outcome in ('loaded', 'revised', 'duplicate')
),
ranked as (
    -- A page may be on several lists: the first listing that is not excluded counts.
    select
        *,
        row_number() over (partition by url_key order by excluded, ordinal) = 1 as is_first
    from found_here
),
listed as (
    select
        ranked.*,
        case
            when excluded then 'excluded'
            when not is_first then 'twin'
            when requested.url_key is null then 'new'
            when requested.reason = 'robots' then 'retry'
            when requested.outcome in ('failed', 'postponed', 'refused') then null
            when modified_at > visited_at and requested.last_night < $night then 'changed'
        end as verdict
    from ranked
    left join requested using (url_key)
),
carried as (
    -- Addresses that waited from an earlier night, with their newest listing.
    select
        url_key,
        arg_max(struct_pack(
            source, url, how, place, found_at, title, published, modified, authors
        ), run_id) as listing
    from waiting
    anti join requested using (url_key)
    group by url_key
),
due as (
    -- Addresses to fetch again, listed or not: failed ones, and articles due for a revisit.
    select
        url_key,
        outcome not in ('fetched', 'unchanged') as is_lost,
        case
            -- A postponed request says nothing about the page, so the page waits as long as one that
            -- had no room in its night: $carry_days.
            when passing and failed_nights < $retry_nights and last_night < $night
                and (outcome = 'failed'
                    or outcome = 'postponed' and first_night >= $night - $carry_days) then 'retry'
            when outcome in ('fetched', 'unchanged') and last_night < $night
                and visits <= len($revisit_days)
                and first_visit + list_extract($revisit_days, visits)::integer <= $night
                and with_article.url_key is not null then 'revisit'
        end as why
    from requested
    left join with_article using (url_key)
),
last_listings as (
    -- The newest listing of each due address, as evidence for the page.
    select
        url_key,
        arg_max(struct_pack(
            how, place, found_at, title, published, modified, authors
        ), run_id) as listing
    from discoveries
    semi join due on due.url_key = discoveries.url_key and due.why is not null
    where hash(url_key) % $parts = $part
    group by url_key
),
chosen as (
    -- Listed tonight; else waiting; else due. The three parts have no address in common.
    select
        listed.* exclude (verdict, is_first, excluded, modified_at),
        coalesce(verdict, why, if(is_lost, 'given_up', 'known')) as verdict,
        true as is_listed
    from listed
    left join due using (url_key)
    union all by name
    select
        url_key,
        unnest(listing),
        'carried' as verdict,
        false as is_listed
    from carried
    anti join found_here using (url_key)
    union all by name
    select
        url_key,
        requested.url,
        requested.source,
        unnest(listing),
        why as verdict,
        false as is_listed
    from due
    join requested using (url_key)
    left join last_listings using (url_key)
    anti join found_here using (url_key)
    where why is not null
)
select
    chosen.*,
    original.etag,
    original.last_modified,
    original.payload_digest,
    original.record_id,
    original.final_url as original_url,
    original.started_at as original_at
from chosen
left join requested using (url_key)
where is_listed or not $only_listed;
