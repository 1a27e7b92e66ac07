-- Grain: one row per file, archive member or sheet of which no row has a text: the number of its
-- rows, or NULL if its columns show it already, and what most of them say about it.
select
    regexp_replace(locator, '#.*$', '') as path,
    if(bool_or(reason = 'no_known_columns'), null, count(*)) as rows,
    mode(detail) as advice,
    count(*) as documents
from documents
where run_id = $run_id
group by path
having bool_and(coalesce(reason in ('no_text', 'no_known_columns'), false))
    and bool_and(not contains(locator, '#document='))
    and bool_or(contains(locator, '#row=') or detail is not null)
order by documents desc, path;
