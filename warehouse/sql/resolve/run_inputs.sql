-- Grain: one row per file, archive member or sheet that holds several documents or is a table, and
-- one per folder and kind of the files that are one document each. Columns: declared is the number
-- of documents that a databank's download says it has, NULL for other files; a document that it
-- declares but does not contain has a row in `processed`, too, and is not in found. The sum of found
-- is the number of documents that were read.
-- Reads: processed, understood (what the readers reported, by path).
with placed as (
    select
        reason,
        contains(locator, '#') as is_part,
        contains(locator, '#document=') as is_download,
        regexp_replace(locator, '#.*$| \((and what follows|stripe \d+)\)$', '') as path
    from processed
),
files as (
    select
        path,
        if(bool_or(is_download), count(*), null) as declared,
        count(*) filter (reason is distinct from 'missing_document') as found
    from placed
    where is_part
        or path in (select path from understood where not is_folder)
    group by path
),
folders as (
    select
        path,
        sum(documents) as documents
    from understood
    where is_folder
    group by path
),
singles as (
    select
        coalesce(folders.path, './') as path,
        count(*) as documents
    from (
        select if(
            contains(path, '!'),
            regexp_extract(path, '^[^!]*!'),
            coalesce(nullif(regexp_extract(path, '^[^/]*/'), ''), './')
        ) as path
        from placed
        anti join files using (path)
    ) as place
    left join folders using (path)
    group by all
)
select
    $run_id as run_id,
    files.path,
    files.declared,
    files.found,
    understood.* exclude (path, is_folder, documents)
from files
left join (from understood where not is_folder) as understood using (path)
union all by name
select
    $run_id as run_id,
    path,
    documents as found,
    understood.* exclude (path, is_folder, documents)
from understood
where is_folder
union all by name
-- What was never opened, such as hidden files, and what a reader that died has left.
select
    $run_id as run_id,
    singles.path,
    singles.documents - coalesce(folders.documents, 0) as found
from singles
left join folders using (path)
where singles.documents > coalesce(folders.documents, 0)
order by path;
