-- Grain: one row per pair of texts that share enough, numbered so that following pairs are of the
-- same few texts: texts with common neighbours have places side by side, and all pairs of two
-- blocks of $block places follow each other. Reads: pairs_to_compare.
create or replace temp table pairs_to_decide as
with ends as (
    select text, other_text from pairs_to_compare
    union all
    select other_text, text from pairs_to_compare
),
families as (
    select
        text,
        least(text, min(other_text)) as family
    from ends
    group by text
),
places as (
    select
        text,
        row_number() over (order by family, text) as place
    from families
),
placed as (
    select
        pairs_to_compare.text,
        pairs_to_compare.other_text,
        least(one.place, other.place) as place,
        greatest(one.place, other.place) as other_place
    from pairs_to_compare
    join places as one on one.text = pairs_to_compare.text
    join places as other on other.text = pairs_to_compare.other_text
)
select
    text,
    other_text,
    row_number() over (
        order by place // $block, other_place // $block, place, other_place
    ) as number
from placed;
