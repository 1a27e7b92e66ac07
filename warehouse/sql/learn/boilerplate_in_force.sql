-- Grain: one row per line that the newest change of boilerplate_history has as learned; what an
-- analyst says counts as boilerplate.toml says it now, not as it was when it was noted.
select
    source,
    line
from boilerplate_history
group by source, line
having arg_max(state, struct_pack(changed_at, change)) = 'learned'
order by source, line;
