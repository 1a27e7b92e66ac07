-- Grain: one row per field that the present extractor would change: the number of articles, and the
-- first of them as an example, with the field's value before and after.
-- Reads: reprocessed, processed, article_versions.
with changes as (
    select
        reprocessed.article_id,
        old_version,
        position,
        unnest(changed) as field
    from reprocessed
    where outcome = 'revised'
),
examples as (
    select
        field,
        count(*) as articles,
        arg_min(article_id, position) as article_id,
        arg_min(old_version, position) as version,
        min(position) as position
    from changes
    group by field
)
select
    field,
    articles,
    processed.url,
    json_extract_string(to_json(kept), '$.' || field) as before,
    json_extract_string(to_json(processed), '$.' || field) as after
from examples
join processed using (position)
join article_versions as kept
    on kept.article_id = examples.article_id
    and kept.version = examples.version
order by articles desc, field;
