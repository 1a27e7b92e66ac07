-- Grain: one row per readable document of the run: its outcome, and the version that it became or
-- that it repeats. Reads: processed (the run's documents), known (states of their articles).
create temp table decided as
with states as (
    select
        article_id,
        fetched_at,
        content_hash,
        payload_digest,
        version,
        true as is_known,
        version::bigint as place
    from known
    union all
    select
        article_id,
        fetched_at,
        content_hash,
        payload_digest,
        null as version,
        false as is_known,
        position as place
    from processed
    where outcome is null
),
neighbours as (
    -- The life of each article: a text is compared with the one before it in time, so that
    -- A, B, A are three versions, and with a known one right after it.
    select
        *,
        lag(content_hash) over life as hash_before,
        lag(payload_digest) over life as digest_before,
        lead(content_hash) over life as hash_after,
        lead(version) over life as version_after
    from states
    window life as (
        partition by article_id
        order by fetched_at nulls last, is_known desc, place
    )
),
seen as (
    -- The same document again: a text that is known for this very time or, where the document has
    -- no time, for any.
    select
        neighbours.place,
        bool_or(known.payload_digest = neighbours.payload_digest) as same_bytes,
        max(known.version) as version
    from neighbours
    join known
        on known.article_id = neighbours.article_id
        and (
            known.content_hash = neighbours.content_hash
            or known.payload_digest = neighbours.payload_digest
        )
        and (neighbours.fetched_at is null or known.fetched_at = neighbours.fetched_at)
    where not neighbours.is_known
    group by neighbours.place
),
judged as (
    select
        neighbours.*,
        seen.version as version_seen,
        case
            when is_known then null
            when payload_digest = digest_before or seen.same_bytes then 'same_bytes'
            when content_hash = hash_before or seen.version is not null then 'same_text'
            when content_hash = hash_after and version_after is not null then 'same_text'
        end as duplicate_reason,
        payload_digest = digest_before or content_hash = hash_before as repeats_before
    from neighbours
    left join seen
        on seen.place = neighbours.place
        and not neighbours.is_known
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
                order by fetched_at nulls last, place
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
            order by fetched_at nulls last, is_known desc, place
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
        when version_seen is not null then version_seen
        when repeats_before then version_before
        else version_after
    end as version,
    case
        when duplicate_reason is not null then 'duplicate'
        when version = 1 then 'loaded'
        else 'revised'
    end as outcome
from attached
where not is_known;
