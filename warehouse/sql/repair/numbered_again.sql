-- Grain: one row per document of the run that became a version, by `decided` or by kept_decisions:
-- its article and version as decided, and as it is stored. If another version has the number by
-- now, the document gets the lowest free one. That happens only if an earlier run could not be
-- restored as it was.
-- Reads: decided, kept_decisions.
create temp table numbered_again as
with taken as (
    select article_id, version from memory.main.article_versions
    union
    select article_id, version from memory.main.documents where outcome in ('loaded', 'revised')
),
new as (
    select
        position,
        article_id,
        version
    from decided
    anti join kept_decisions using (position)
    where outcome in ('loaded', 'revised')
),
clashing as (
    select
        *,
        row_number() over (partition by article_id order by version) as place
    from new
    semi join taken using (article_id, version)
),
used as (
    from taken
    union
    select article_id, version from new
),
free as (
    select
        article_id,
        version,
        row_number() over (partition by article_id order by version) as place
    from (
        select
            article_id,
            unnest(range(1, 1 + count(*) + (
                select count(*) from used where used.article_id = clashing.article_id
            ))) as version
        from clashing
        group by article_id
    )
    anti join used using (article_id, version)
)
select
    decided.position,
    decided.article_id,
    decided.version,
    decided.outcome as decided_outcome,
    coalesce(kept_decisions.article_id, decided.article_id) as stored_id,
    coalesce(kept_decisions.version, free.version, decided.version)::integer as stored_version
from decided
left join kept_decisions using (position)
left join clashing using (position)
left join free on free.article_id = clashing.article_id and free.place = clashing.place
where coalesce(kept_decisions.outcome, decided.outcome) in ('loaded', 'revised');
