-- Grain: one row per visit of a source of which documents of taken articles changed their outcome to
-- `rejected`: its new counts. Reads: visits, taken_documents.
with counted as (
    select
        run_id,
        source,
        count(*) filter (outcome = 'loaded') as loaded,
        count(*) filter (outcome = 'revised') as revised,
        count(*) filter (outcome = 'duplicate') as duplicate
    from taken_documents
    where is_article
        and outcome in ('loaded', 'revised', 'duplicate')
    group by all
)
select
    run_id,
    source,
    greatest(visits.loaded - counted.loaded, 0) as loaded,
    greatest(visits.revised - counted.revised, 0) as revised,
    greatest(visits.duplicate - counted.duplicate, 0) as duplicate,
    greatest(visits.unchanged - counted.duplicate, 0) as unchanged,
    visits.rejected + counted.loaded + counted.revised + counted.duplicate as rejected
from visits
join counted using (run_id, source)
order by all;
