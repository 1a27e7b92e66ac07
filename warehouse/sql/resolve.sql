-- Grain: one row per readable document of the run: its outcome, and the version that it became or
-- that it repeats. Reads: processed (the run's documents), known (states of their articles).
-- A text is the same if it is so with or without the lines that were learned to be boilerplate: what
-- was learned since makes no page new.
create temp table decided as
with incoming as (
    select
        position,
        article_id,
        fetched_at,
        content_hash,
        coalesce(whole_hash, content_hash) as whole_hash,
        payload_digest
    from processed
    anti join reprocessed using (position)
    where outcome is null
),
revisited as (
    -- A revisit record says that an address had what was stored of it before.
    select
        position,
        arg_max(known.article_id, known.fetched_at) as article_id,
        any_value(processed.fetched_at) as fetched_at,
        arg_max(version, known.fetched_at) as version
    from processed
    join known using (url)
    where processed.reason = 'revisit'
    group by position
),
seen as (
    -- The same document again: a text that is known for this very time or, where the document has
    -- no time, for any.
    select
        incoming.position,
        incoming.article_id,
        incoming.fetched_at,
        bool_or(known.payload_digest = incoming.payload_digest) as same_bytes,
        max(known.version) as version
    from incoming
    join known
        on known.article_id = incoming.article_id
        and (
            known.content_hash = incoming.content_hash
            or known.whole_hash = incoming.whole_hash
            or known.payload_digest = incoming.payload_digest
        )
        and (incoming.fetched_at is null or known.fetched_at = incoming.fetched_at)
    group by all
),
states as (
    -- The life of each article. Of what has no time, the known came before all else, and the new
    -- after it (the eras sort by their names).
    select
        article_id,
        fetched_at,
        content_hash,
        whole_hash,
        payload_digest,
        version,
        true as is_known,
        version::bigint as place,
        case when fetched_at is null then 'before' else 'dated' end as era
    from known
    union all
    select
        article_id,
        fetched_at,
        content_hash,
        whole_hash,
        payload_digest,
        null as version,
        false as is_known,
        position as place,
        case when fetched_at is null then 'lately' else 'dated' end as era
    from incoming
    anti join seen using (position)
),
neighbours as (
    -- A text is compared with the one before it, so that A, B, A are three versions, and with a
    -- known one right after it.
    select
        *,
        lag(content_hash) over life as hash_before,
        lag(whole_hash) over life as whole_before,
        lag(payload_digest) over life as digest_before,
        lead(content_hash) over life as hash_after,
        lead(whole_hash) over life as whole_after,
        lead(version) over life as version_after
    from states
    window life as (
        partition by article_id
        order by era, fetched_at, is_known desc, place
    )
),
judged as (
    select
        * exclude (hash_before, whole_before, digest_before, hash_after, whole_after),
        case
            when is_known then null
            when payload_digest = digest_before then 'same_bytes'
            when content_hash = hash_before or whole_hash = whole_before then 'same_text'
            when version_after is not null
                and (content_hash = hash_after or whole_hash = whole_after)
            then 'same_text'
        end as duplicate_reason,
        payload_digest = digest_before
            or content_hash = hash_before
            or whole_hash = whole_before as repeats_before
    from neighbours
),
newest_known as (
    select
        article_id,
        max(version) as version
    from known
    group by article_id
),
numbered as (
    select
        judged.* exclude (version),
        case
            when is_known then judged.version
            when duplicate_reason is null
            then coalesce(newest_known.version, 0) + row_number() over (
                partition by article_id, is_known, duplicate_reason is null
                order by era, fetched_at, place
            )
        end::integer as version
    from judged
    left join newest_known using (article_id)
),
attached as (
    select
        *,
        last_value(version ignore nulls) over (
            partition by article_id
            order by era, fetched_at, is_known desc, place
            rows between unbounded preceding and current row
        ) as version_before
    from numbered
)
select
    place as position,
    article_id,
    fetched_at,
    duplicate_reason,
    case
        when duplicate_reason is null then version
        when repeats_before then version_before
        else version_after
    end as version,
    case
        when duplicate_reason is not null then 'duplicate'
        when version = 1 then 'loaded'
        else 'revised'
    end as outcome
from attached
where not is_known
union all
select
    position,
    article_id,
    fetched_at,
    case when same_bytes then 'same_bytes' else 'same_text' end as duplicate_reason,
    version,
    'duplicate' as outcome
from seen
union all
select
    position,
    article_id,
    fetched_at,
    'revisit' as duplicate_reason,
    version,
    'duplicate' as outcome
from revisited
union all
select
    position,
    article_id,
    fetched_at,
    duplicate_reason,
    version,
    outcome
from reprocessed;
