-- Grain: one row per document of the run: its only outcome, the step that decided it, and the
-- reason. A revisit of a document that was rejected or failed gets the same outcome and reason.
-- Reads: processed, decided, originals, identified.
create temp view outcomes as
select
    processed.position,
    coalesce(decided.outcome, originals.outcome, processed.outcome) as outcome,
    case
        when decided.position is not null then 'resolve'
        when originals.outcome is not null then originals.step
        else processed.step
    end as step,
    case
        when decided.position is not null then decided.duplicate_reason
        when originals.outcome is not null then originals.reason
        else processed.reason
    end as reason,
    if(originals.outcome is not null, originals.detail, processed.detail) as detail,
    coalesce(processed.page_type, originals.page_type) as page_type,
    coalesce(
        decided.article_id,
        identified.article_id,
        if(processed.reason = 'taken_down', processed.article_id, null)
    ) as article_id,
    decided.version
from processed
left join decided using (position)
left join originals using (position)
left join identified using (position);
