-- Updates of `decided`, so that it agrees with what the tables still know.
-- Reads: numbered_again, kept_decisions.

-- Grain: one row per duplicate of a version of the run that is stored under another number.
update decided
set
    article_id = numbered_again.stored_id,
    version = numbered_again.stored_version
from numbered_again
where decided.outcome = 'duplicate'
    and numbered_again.decided_outcome <> 'duplicate'
    and decided.article_id = numbered_again.article_id
    and decided.version = numbered_again.version;

-- Grain: one row per document that became a version.
update decided
set
    article_id = stored_id,
    version = stored_version,
    outcome = if(stored_version = 1, 'loaded', 'revised'),
    duplicate_reason = null
from numbered_again
where numbered_again.position = decided.position;

-- Grain: one row per other document whose row of the ledger is still there.
update decided
set
    article_id = kept_decisions.article_id,
    version = kept_decisions.version,
    outcome = kept_decisions.outcome
from kept_decisions
where kept_decisions.position = decided.position
    and kept_decisions.outcome not in ('loaded', 'revised');
