-- Grain: one row per address that may be fetched this night: listed tonight or due. `verdict` says
-- why, or why not; $only_listed leaves out what is due without being listed. Nothing is due after
-- $reach days. Reads: found (tonight's listings), fetches,
-- discoveries, documents. An address is known once a run that asked for it was loaded; so what a
-- killed night missed is simply still to be done.
-- Takes the addresses of one of $parts parts at a time: DuckDB cannot spill the states of arg_max,
-- which 5 million addresses need at once. Of the history only what met_addresses names is read.
insert into candidates by name
with found_here as (
    select *
    from found
    where hash(url_key) % $parts = $part
),
asked_before as (
    select *
    from fetches
    where kind = 'article'
        and hash(url_key) % $parts = $part
        and hash(url_key) in (from met_addresses)
),
waiting as (
    -- Listed in an earlier night, and perhaps never asked for: too many, or the night was killed.
    select *
    from discoveries
    where verdict in ('new', 'over_limit')
        and night >= $night - $carry_days
        and hash(url_key) % $parts = $part
),
asked as (
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
    from asked_before
    group by url_key
),
articles_of as (
    select distinct asked_before.url_key
    from asked_before
    join documents
        on documents.locator = asked_before.warc_file || '#offset=' || asked_before.warc_offset
    where asked_before.night >= $night - $reach
        and documents.outcome in ('loaded', 'revised', 'duplicate')
),
ranked as (
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
            when asked.url_key is null then 'new'
            when asked.reason = 'robots' then 'retry'
            when asked.outcome in ('failed', 'postponed', 'refused') then null
            when modified_at > visited_at and asked.last_night < $night then 'changed'
        end as verdict
    from ranked
    left join asked using (url_key)
),
earlier as (
    select
        url_key,
        arg_max(struct_pack(
            source, url, how, place, found_at, title, published, modified, authors
        ), run_id) as listing
    from waiting
    anti join asked using (url_key)
    group by url_key
),
due as (
    select
        url_key,
        outcome not in ('fetched', 'unchanged') as is_lost,
        case
            -- What was only postponed says nothing of the page; it waits as what had no room does.
            when passing and failed_nights < $retry_nights and last_night < $night
                and (outcome = 'failed'
                    or outcome = 'postponed' and first_night >= $night - $carry_days) then 'retry'
            when outcome in ('fetched', 'unchanged') and last_night < $night
                and visits <= len($revisit_days)
                and first_visit + list_extract($revisit_days, visits)::integer <= $night
                and articles_of.url_key is not null then 'revisit'
        end as why
    from asked
    left join articles_of using (url_key)
),
last_listings as (
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
    from earlier
    anti join found_here using (url_key)
    union all by name
    select
        url_key,
        asked.url,
        asked.source,
        unnest(listing),
        why as verdict,
        false as is_listed
    from due
    join asked using (url_key)
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
left join asked using (url_key)
where is_listed or not $only_listed;
