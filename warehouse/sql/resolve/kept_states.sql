-- What the marts state of all versions. Reads: the marts.

-- Grain: one row per version whose state a run has changed, in its newest state.
create or replace view superseded_history as
from marts.marts.standings;

-- Grain: one row per outdated version.
create or replace view superseded as
from marts.marts.standings
where is_outdated;

-- Grain: one row per article that has no current version, or several.
create temp table damaged as
from marts.marts.damaged;
