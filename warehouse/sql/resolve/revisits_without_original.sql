-- Grain: one row per revisit of the run that does not name a record of which the fetches since $since
-- know the place, and the documents since then, or the run itself, have the document; one at most.
-- Reads: processed, attempts, all_stored_fetches, all_documents.
with answers as (
    select
        record_id,
        warc_file || '#offset=' || warc_offset as locator
    from (
        from all_stored_fetches
        where started_at >= $since
        union all by name
        from attempts
    )
    where record_id in (select refers_to_record from processed where reason = 'revisit')
),
known_places as (
    select answers.record_id
    from answers
    where locator in (
        select locator from all_documents where fetched_at >= $since or fetched_at is null
    )
        or locator in (select locator from processed)
)
select locator
from processed
where reason = 'revisit'
    and (
        refers_to_record is null
        or refers_to_record not in (select record_id from known_places)
    )
limit 1;
