-- Grain: one row per document of the run that has a text, or that is a revisit of one: its outcome,
-- and the version that it became or that it repeats. Reads: captures (the documents to decide),
-- known (the stored states of the same articles), reread (the texts of stored versions under the
-- present extractor), reprocessed (documents of `reprocess`, which are already decided).
--
-- The model: an article has a sequence of states in time. A state is the text that the article's
-- address had when it was captured. Stored states and new captures are merged into one sequence, in
-- the order of capture times and not of loading. A capture whose text equals that of the state
-- before it is a duplicate; any other capture becomes a version. A text that changes from A to B
-- and back to A therefore has three versions if its captures are loaded in this order. In any other
-- order it may have two, but `articles` shows the newest capture's text in every case.
--
-- Text equality: content_hash is the hash of the text without the learned boilerplate lines,
-- whole_hash that of the text with them. Two texts are equal if either hash is. Lines that were
-- learned (or forgotten) between two runs therefore never make an unchanged page a revision.
--
-- The steps: seen (captures that are already stored) -> states (all states of each article) ->
-- timeline (numbered in time) -> neighbours (with the state before) -> stretches (states in a row
-- with one text) -> judged (duplicate or version) -> numbered (version numbers) -> attached (the
-- version of each duplicate) -> outcomes.
create temp table decided as
with seen as (
    -- Captures that are already in the warehouse: their text is stored for exactly this time, or,
    -- if the capture has no time, for any time. They never become versions, so loading an archive
    -- twice changes nothing. If several versions have the text, the highest is the most recent one.
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
    -- All states of each article: the stored ones, and the captures that are not `seen`.
    --
    -- Captures without a time have no place in time, so the order of loading gives them one: stored
    -- states without a time sort before all dated states, and new captures without a time sort
    -- after them. `era` expresses this by its alphabetical order: 'before' < 'dated' < 'lately'.
    --
    -- A version that was replaced by a better reading of its bytes is left out, because the
    -- replacing version has the same place. If this run has read a version's bytes again, the new
    -- text is compared, for the captures were read by the same extractor.
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
timeline as (
    -- `step` is the number of each state in its article's sequence of states. For equal times,
    -- stored states come first, in the order of their versions, and then the run's captures, in the
    -- order of input. `place` is the version of a stored state and the position of a capture.
    select
        *,
        row_number() over (
            partition by article_id
            order by era, fetched_at, is_known desc, place
        ) as step
    from states
),
neighbours as (
    -- Each state with the time of the state directly before it, and whether it repeats that state.
    --
    -- The digest of the bytes is compared with the state before a capture only: doubtful.sql relies
    -- on it.
    select
        *,
        lag(step) over by_step is not null as has_earlier,
        lag(fetched_at) over by_step as time_before,
        not is_known and coalesce(payload_digest = lag(payload_digest) over by_step, false)
            as has_same_bytes,
        coalesce(
            content_hash = lag(content_hash) over by_step
            or whole_hash = lag(whole_hash) over by_step,
            false
        ) as has_same_text
    from timeline
    window by_step as (partition by article_id order by step)
),
stretches as (
    -- A stretch is a longest sequence of states of which each repeats the one before it.
    select
        *,
        has_same_bytes or has_same_text as repeats_before,
        count(*) filter (not has_same_bytes and not has_same_text) over (
            partition by article_id
            order by step
        ) as stretch
    from neighbours
),
judged as (
    -- A capture is a duplicate if it repeats the state before it. It is also a duplicate if a stored
    -- version follows within its stretch: the capture only shows that this version existed earlier.
    -- Any other capture has a NULL duplicate_reason and becomes a version.
    select
        article_id,
        fetched_at,
        is_known,
        place,
        step,
        stretch,
        version as known_version,
        first_value(version ignore nulls) over (
            partition by article_id, stretch
            order by step
            rows between 1 following and unbounded following
        ) as version_after,
        case
            when is_known then null
            when has_same_bytes then 'same_bytes'
            when repeats_before or version_after is not null then 'same_text'
        end as duplicate_reason,
        -- Without the capture times of both texts, nobody knows which one came first: the change is
        -- one of the input, not an observed change by the publisher.
        case
            when fetched_at is null or has_earlier and time_before is null then 'input'
            else 'publisher'
        end as change_reason
    from stretches
),
newest_known as (
    select
        article_id,
        max(version) as version
    from known
    group by article_id
),
numbered as (
    -- Stored versions keep their numbers, because readers refer to them. New versions get the next
    -- free numbers, in the order of the sequence. Version numbers are thus in the order of loading,
    -- and an older capture that is loaded later has a higher number than the newer one.
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
    -- version_before is the nearest version at or before each step of a stretch: the version that a
    -- duplicate at this step repeats. Duplicates have no version of their own, and `ignore nulls`
    -- skips them. It is NULL for captures that come before the first version of their stretch.
    select
        *,
        last_value(version ignore nulls) over (
            partition by article_id, stretch
            order by step
            rows between unbounded preceding and current row
        ) as version_before
    from numbered
),
outcomes_of_captures as (
    -- Back to one row per capture. For a capture that is not stored, `place` is its position.
    select
        place as position,
        article_id,
        fetched_at,
        duplicate_reason,
        coalesce(version_before, version_after) as version,
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
-- A duplicate that was a revisit record has the reason `revisit`. A revisit that becomes a version
-- (the address returned to an earlier text) is an ordinary version.
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
