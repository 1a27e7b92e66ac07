-- Grain: one row per run whose ledger, totals and tables do not agree; none when all is well.
with ledger as (
    select
        run_id,
        count(*) as documents,
        count(*) filter (outcome = 'loaded') as loaded,
        count(*) filter (outcome = 'revised') as revised,
        count(*) filter (outcome = 'duplicate') as duplicate,
        count(*) filter (outcome = 'rejected') as rejected,
        count(*) filter (outcome = 'failed') as failed
    from documents
    group by run_id
),
versions as (
    select
        run_id,
        count(*) as versions
    from article_versions
    group by run_id
),
lost as (
    -- What repairs recorded as beyond repair is no imbalance. Documents that were read again may
    -- have another outcome than they had.
    select
        held_run_id as run_id,
        bool_or("table" = 'documents') as is_rewritten,
        coalesce(sum(rows - healed) filter ("table" = 'documents'), 0) as documents,
        coalesce(sum(rows - healed) filter ("table" = 'article_versions'), 0) as versions
    from repairs
    where held_run_id is not null
    group by held_run_id
)
select
    coalesce(runs.run_id, ledger.run_id, versions.run_id) as run_id,
    runs.documents as read,
    ledger.documents as in_ledger,
    ledger.loaded + ledger.revised as in_outcomes,
    versions.versions as in_versions
from runs
full join ledger using (run_id)
full join versions on versions.run_id = coalesce(runs.run_id, ledger.run_id)
left join lost on lost.run_id = coalesce(runs.run_id, ledger.run_id, versions.run_id)
where not (
    runs.run_id is not null
    and runs.documents = coalesce(ledger.documents, 0) + coalesce(lost.documents, 0)
    and (
        coalesce(lost.is_rewritten, false)
        or (
            runs.loaded = coalesce(ledger.loaded, 0)
            and runs.revised = coalesce(ledger.revised, 0)
            and runs.duplicate = coalesce(ledger.duplicate, 0)
            and runs.rejected = coalesce(ledger.rejected, 0)
            and runs.failed = coalesce(ledger.failed, 0)
        )
    )
    and runs.documents
        = runs.loaded + runs.revised + runs.duplicate + runs.rejected + runs.failed
    and runs.loaded + runs.revised
        = coalesce(versions.versions, 0) + coalesce(lost.versions, 0)
);
