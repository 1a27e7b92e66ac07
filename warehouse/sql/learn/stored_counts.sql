-- What learning knows of the stored articles without reading them, by the present name of the source
-- or by the domain. Reads: new_superseded (of the run), and the marts.

-- Grain: one row per outdated version, with those that the run outdates.
create or replace temp table superseded as
with superseded_history as (
    select article_id, version, change, is_outdated
    from marts.marts.standings
    union all by name
    select article_id, version, change, is_outdated
    from new_superseded
)
select
    article_id,
    version
from superseded_history
group by article_id, version
having arg_max(coalesce(is_outdated, true), coalesce(change, 1));

-- Grain: one row per source and domain.
create or replace temp view earlier_versions as
select
    coalesce(source, domain) as source,
    versions
from (select * replace ($source_shown) from marts.marts.source_versions);

-- Grain: one row per source, domain and day.
create or replace temp view earlier_days as
select
    coalesce(source, domain) as source,
    day,
    articles
from (select * replace ($source_shown) from marts.marts.article_days);
