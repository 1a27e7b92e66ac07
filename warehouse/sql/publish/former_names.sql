-- Grain: one row per former name of a source, with its present name.
-- Reads: visits. Visits of a run that is not loaded yet have no run_id; they are the newest.
-- The declaration of a source's newest night counts. A name that was visited again after that
-- declaration is a source of its own. Each step therefore leads to a newer run, so that the
-- recursion ends and no name leads back to itself.
with recursive newest as (
    select
        source,
        max(coalesce(run_id, $run_id)) as run_id,
        arg_max(entry, coalesce(run_id, $run_id)) as entry
    from visits
    group by source
),
declared as (
    select
        unnest(from_json(json_extract(entry, '$.formerly'), '["VARCHAR"]')) as former_name,
        source,
        run_id
    from newest
),
renamed as (
    select
        former_name,
        arg_max(declared.source, declared.run_id) as source
    from declared
    left join newest on newest.source = former_name
    where coalesce(newest.run_id < declared.run_id, true)
    group by former_name
),
followed as (
    select
        former_name,
        source,
        1 as steps
    from renamed
    union all
    select
        followed.former_name,
        renamed.source,
        steps + 1
    from followed
    join renamed on renamed.former_name = followed.source
)
select
    former_name,
    arg_max(source, steps) as source
from followed
group by former_name
order by former_name;
