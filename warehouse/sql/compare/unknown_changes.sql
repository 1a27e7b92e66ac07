-- Grain: as `decided`, whose rows it changes.
-- Changes `decided`. A revision whose earlier text another extractor made of bytes that are gone may be
-- the publisher's doing or the extractor's: nobody knows. Later revisions of the same run are
-- compared with the first one, whose bytes are there. Reads: verdicts.
update decided
set change_reason = 'unknown'
from (
    select
        decided.position,
        row_number() over (
            partition by doubtful.article_id, before_at
            order by decided.fetched_at, decided.position
        ) as number
    from decided
    join (
        select
            position,
            any_value(article_id) as article_id,
            max(seen_at) filter (side = 'before') as before_at
        from verdicts
        group by position
        having bool_or(verdict = 'unknown' and (side <> 'after' or not has_before))
    ) as doubtful using (position)
    where decided.outcome = 'revised'
) as unknown
where decided.position = unknown.position
    and number = 1;
