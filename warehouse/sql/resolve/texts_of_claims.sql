-- Grain: one row per claim on a contested key with a number from $first to $last, with its title.
-- Its text is included unless more than $most addresses claim the key.
-- Reads: claims, processed, whole_versions.
with chosen as (
    select *
    from claims
    where number between $first and $last
)
select
    chosen.key,
    chosen.own_key,
    chosen.position,
    null as article_id,
    null as held_key,
    chosen.is_resident,
    chosen.content_hash,
    processed.title,
    if(addresses <= $most, processed.text, null) as text
from chosen
join processed using (position)
union all
select
    chosen.key,
    chosen.own_key,
    null as position,
    chosen.article_id,
    chosen.held_key,
    chosen.is_resident,
    chosen.content_hash,
    stored.title,
    if(addresses <= $most, stored.text, null) as text
from chosen
join whole_versions as stored
    on stored.article_id = chosen.article_id
    and stored.version = chosen.version;
