-- Grain: one row per run whose totals in `runs`, ledger and versions do not agree; no rows if all
-- is well.
-- Reads: runs, repairs, and counts by run in the marts.
with ledger as (
    from marts.ledger_counts
),
versions as (
    from marts.version_counts
),
lost as (
    -- Rows that repairs recorded as lost are no imbalance. A document that was read again for a
    -- repair may have another outcome than before, so the counts by outcome are then not compared.
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
