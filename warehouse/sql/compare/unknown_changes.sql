-- Grain: one row per revision, an update of `decided`. If the earlier text was made by another
-- extractor and its bytes are gone, the change may come from the publisher or from the extractor:
-- the change_reason becomes `unknown`. Only the first revision of each article after such a text is
-- concerned, because later ones in this run are compared with the first, whose bytes exist.
-- Reads: verdicts, decided.
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
