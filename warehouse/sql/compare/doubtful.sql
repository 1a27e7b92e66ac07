-- Grain: one row per capture that looks like a revision, stored version, and side. A capture looks
-- like a revision if its text differs from that of the stored state directly before it in time. An
-- equal state directly after it helps only an article's only capture of the run: another capture may
-- lie between the two. The sides are the nearest states `before` and `after` the capture in time, or
-- `any` state if the capture has no time. Versions whose bytes this run has read itself (`reread`)
-- are compared by their new text and need not be read again. Columns: has_before says whether there
-- is a state before the capture.
-- Reads: captures, known, reread.
create temp table doubtful as
with alone as (
    select article_id
    from captures
    group by article_id
    having count(*) = 1
),
pairs as (
    select
        captures.position,
        captures.fetched_at,
        known.article_id,
        known.version,
        known.fetched_at as seen_at,
        case
            when captures.fetched_at is null then 'any'
            when known.fetched_at is null or known.fetched_at <= captures.fetched_at then 'before'
            else 'after'
        end as side,
        coalesce(reread.content_hash, known.content_hash) as content_hash,
        coalesce(reread.whole_hash, known.whole_hash) as whole_hash,
        captures.article_id in (from alone) as is_alone,
        -- resolve.sql compares bytes with the state before a capture only, and texts with both.
        side <> 'after' and captures.payload_digest = known.payload_digest
            or captures.content_hash = coalesce(reread.content_hash, known.content_hash)
            or captures.whole_hash = coalesce(reread.whole_hash, known.whole_hash) as is_same,
        captures.payload_digest = known.payload_digest as is_same_bytes,
        reread.version is not null as is_read
    from captures
    join known on known.article_id = captures.article_id
    left join reread
        on reread.article_id = known.article_id
        and reread.version = known.version
    where content_position is not null
        and known.replaced_by is null
),
differing as (
    -- Most captures repeat the only text that their article ever had. Leaving them out here saves
    -- the window function below from sorting them.
    select distinct position
    from pairs
    where is_same is not true
),
nearest as (
    -- The states with the shortest time to the capture on each side; several may have the same
    -- time.
    select *
    from pairs
    semi join differing using (position)
    qualify side = 'any'
        or dense_rank() over (
            partition by position, side
            order by abs(epoch_us(fetched_at) - epoch_us(seen_at)) nulls last
        ) = 1
),
changed as (
    select
        position,
        bool_or(side = 'before') as has_before
    from nearest
    group by position
    -- Of several states of one time, all must have the capture's text.
    having not coalesce(bool_and(is_same is true) filter (where side = 'before'), false)
        and not coalesce(
            bool_and(is_same is true and is_alone) filter (where side = 'after'),
            false
        )
        and not coalesce(bool_or(is_same) filter (where side = 'any'), false)
)
select
    position,
    article_id,
    version,
    side,
    fetched_at,
    has_before,
    max(seen_at) as seen_at,
    bool_or(is_same_bytes) as is_same_bytes,
    arg_max(content_hash, coalesce(seen_at, '-infinity'::timestamptz)) as content_hash,
    arg_max(whole_hash, coalesce(seen_at, '-infinity'::timestamptz)) as whole_hash
from nearest
join changed using (position)
where not is_read
group by all;
