-- Grain: one row per document of the run that has a text, or repeats one: its outcome, and the
-- version that it became or that it repeats. Reads: captures (what the run met), known (states of
-- the same articles in the warehouse), reread (their texts under the present extractor), reprocessed
-- (documents that were decided before).
--
-- An article's life is the sequence of its states in time: which text its address had at each
-- capture. A capture is compared with the state before it, so that a text that goes A, B, A has three
-- versions, in whatever order the captures are loaded. Two texts are the same if they are so with or
-- without the lines that were learned to be boilerplate: what was learned since makes no page new.
create temp table decided as
with seen as (
    -- Captures that the warehouse has already: their text is known for this very time. Where the
    -- capture has no time, the text need only be known at all. Several versions may have the text;
    -- the last one is what the article had most recently.
    select
        captures.position,
        captures.article_id,
        captures.fetched_at,
        bool_or(known.payload_digest = captures.payload_digest) as same_bytes,
        max(coalesce(known.replaced_by, known.version)) as version
    from captures
    join known
        on known.article_id = captures.article_id
        and (
            known.content_hash = captures.content_hash
            or known.whole_hash = captures.whole_hash
            or known.payload_digest = captures.payload_digest
        )
        and (captures.fetched_at is null or known.fetched_at = captures.fetched_at)
    group by all
),
states as (
    -- All states of each article: those of the warehouse, and the captures that are new to it.
    -- Nothing says when a text without a capture time was on its page, so the order of loading
    -- decides: those in the warehouse came before all dated states, those of this run come after
    -- them ('before' < 'dated' < 'lately' also as text). A version that was replaced by a better
    -- reading of its bytes is left out: the one that replaced it has its place. Where the present
    -- extractor has read a version's bytes again, its new text is compared.
    select
        article_id,
        fetched_at,
        coalesce(reread.content_hash, known.content_hash) as content_hash,
        coalesce(reread.whole_hash, known.whole_hash) as whole_hash,
        payload_digest,
        version,
        true as is_known,
        version::bigint as place,
        case when fetched_at is null then 'before' else 'dated' end as era
    from known
    left join reread using (article_id, version)
    where replaced_by is null
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
    from captures
    anti join seen using (position)
),
life as (
    -- The place of each state in its article's life. Where times are equal, states of the warehouse
    -- come first, in the order of their versions; then the run's, in the order of its input.
    select
        *,
        row_number() over (
            partition by article_id
            order by era, fetched_at, is_known desc, place
        ) as step
    from states
),
neighbours as (
    select
        *,
        lag(step) over by_step is not null as has_earlier,
        lag(fetched_at) over by_step as time_before,
        lag(content_hash) over by_step as hash_before,
        lag(whole_hash) over by_step as whole_before,
        lag(payload_digest) over by_step as digest_before,
        lead(content_hash) over by_step as hash_after,
        lead(whole_hash) over by_step as whole_after,
        lead(version) over by_step as version_after
    from life
    window by_step as (partition by article_id order by step)
),
judged as (
    -- A capture repeats the state before it, or it is an earlier sighting of a stored version that
    -- comes right after it (`version_after` is NULL where that state is one of this run's). Any
    -- other capture becomes a version.
    select
        article_id,
        fetched_at,
        is_known,
        place,
        step,
        version as known_version,
        version_after,
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
            or whole_hash = whole_before as repeats_before,
        -- A change by the publisher was seen only if both texts have a capture time.
        case
            when fetched_at is null or has_earlier and time_before is null then 'input'
            else 'publisher'
        end as change_reason
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
    -- Versions are numbered in the order of loading, those of one run in the order of their life.
    select
        judged.*,
        case
            when is_known then known_version
            when duplicate_reason is null
            then coalesce(newest_known.version, 0) + row_number() over (
                partition by article_id, is_known, duplicate_reason is null
                order by step
            )
        end::integer as version
    from judged
    left join newest_known using (article_id)
),
attached as (
    -- A duplicate belongs to the version that its article had at that step of its life.
    select
        *,
        last_value(version ignore nulls) over (
            partition by article_id
            order by step
            rows between unbounded preceding and current row
        ) as version_before
    from numbered
),
outcomes_of_captures as (
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
        end as outcome,
        if(duplicate_reason is null and version > 1, change_reason, null) as change_reason
    from attached
    where not is_known
    union all
    select
        position,
        article_id,
        fetched_at,
        if(same_bytes, 'same_bytes', 'same_text') as duplicate_reason,
        version,
        'duplicate' as outcome,
        null as change_reason
    from seen
)
select
    position,
    outcomes_of_captures.article_id,
    outcomes_of_captures.fetched_at,
    if(is_revisit and outcome = 'duplicate', 'revisit', duplicate_reason) as duplicate_reason,
    version,
    outcome,
    change_reason
from outcomes_of_captures
join captures using (position)
union all
select
    position,
    article_id,
    fetched_at,
    duplicate_reason,
    version,
    outcome,
    null as change_reason
from reprocessed;
