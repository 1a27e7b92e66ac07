-- Grain: one row per document of the run. If the site's order of day and month changes its dates,
-- they are taken from `redated`, and its flags about dates with them; other flags stay.
-- Reads: documents_read, redated.
create or replace temp view processed as
select documents.* exclude (
    readings,
    fingerprints,
    fingerprint_rate,
    shingles,
    agencies
) replace (
    if(redated.position is null, published_at, reading.published_at) as published_at,
    if(redated.position is null, published_date, reading.published_date) as published_date,
    if(redated.position is null, published_precision, reading.published_precision)
        as published_precision,
    if(redated.position is null, published_source, reading.published_source) as published_source,
    if(redated.position is null, modified_at, reading.modified_at) as modified_at,
    if(
        redated.position is null,
        quality_flags,
        list_concat(
            reading.date_flags,
            list_filter(quality_flags, lambda flag: not starts_with(flag, 'date_'))
        )
    ) as quality_flags,
    if(redated.position is null, date_candidates, reading.date_candidates) as date_candidates
)
from documents_read as documents
left join redated using (position);
