-- Grain: one row per line whose newest change in boilerplate_history made it learned. Lines that
-- boilerplate.toml names are left out: the present file decides on them, not the history.
select
    source,
    line
from boilerplate_history
group by source, line
having arg_max(state, struct_pack(changed_at, change)) = 'learned'
order by source, line;
