-- Grain: one row: the number of versions of the run $run_id that neither the ledger names nor a
-- document became that was read again. Reads: article_versions, documents, read_again.
select count(*) as versions
from article_versions
anti join (
    select
        article_id,
        version
    from documents
    where run_id = $run_id
        and outcome in ('loaded', 'revised')
    union all
    select
        article_id,
        version
    from read_again
    where outcome in ('loaded', 'revised')
) using (article_id, version)
where run_id = $run_id;
