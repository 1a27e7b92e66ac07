-- Grain: one row per source that a run may learn of: it brought articles, or an analyst says or said
-- something. In parts, for the memory of learning grows with the sources that are looked at together.
create temp table concerned as
with sources as (
    select coalesce(source, domain) as source
    from article_versions
    where run_id = $run_id
    union
    select source
    from overrides
    union
    select source
    from boilerplate_history
    group by source, line
    having arg_max(state, struct_pack(changed_at, change)) in ('kept', 'dropped')
)
select
    source,
    (row_number() over (order by source) - 1) // $sources_at_once as part
from sources
where source is not null;
