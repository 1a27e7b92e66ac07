-- Grain: one row per candidate of the sources from $first to $last; `is_target` and `verdict` say
-- whether and why it is fetched this night.
-- Reads: candidates (of all parts), sources (the most pages of each per night).
-- The statement handles a range of sources, because DuckDB sorts rows with titles in memory: sources
-- with 600,000 addresses at once did not fit into 600 MB.
with limited as (
    select
        candidates.*,
        verdict not in ('twin', 'excluded', 'known', 'given_up') as is_target,
        row_number() over (
            partition by source, verdict not in ('twin', 'excluded', 'known', 'given_up')
            order by
                array_position(['new', 'changed', 'carried', 'retry', 'revisit'], verdict),
                ordinal nulls last,
                url
        ) as place_in_line
    from candidates
    semi join sources using (source)
    where source between $first and $last
)
select
    limited.* exclude (verdict, is_target, place_in_line, ordinal),
    is_target and place_in_line <= sources.most as is_target,
    case
        when is_target and place_in_line > sources.most
            then if(verdict in ('new', 'carried'), 'over_limit', 'put_off')
        else verdict
    end as verdict
from limited
join sources using (source)
order by source, place_in_line;
