-- Grain: one row per version that must be compared with the version before it in time, because
-- that was not done yet, or was done with another version before it was known that this one lies
-- between them, or because rows of the comparison were lost. Columns: `number` is the number of the
-- pair, from 1, in the order in which the later versions are stored, so that consecutive pairs are
-- read from neighbouring row groups; `comparison` is the number of this comparison of the version;
-- the files and rows are the places where the texts of both versions are stored.
-- Reads: compared_articles (the articles to look at), versions_now (all their versions),
-- revisions_stored, changes_stored.
--
-- The order is that of capture times and not of loading, as in resolve.sql: versions without a time
-- come first, and equal times are in the order of versions. A version that `reprocess` made has no
-- place of its own. It is another reading of the bytes of an earlier version, with which it is
-- compared, for between these two only the extractor differs. A version by the publisher is
-- compared with the newest reading that was stored before it, for that one was shown until then.
create or replace temp table version_pairs as
with versions as (
    select
        article_id,
        version,
        fetched_at,
        locator,
        change_reason,
        extractor,
        split_part(extractor_version, '+learned', 1) as extractor_version,
        filename,
        file_row_number
    from versions_now
    semi join compared_articles using (article_id)
),
readings as (
    -- Versions made by `reprocess`, each with the version whose bytes it read again, and with the
    -- version that was the first to read them.
    select
        later.article_id,
        later.version,
        max(earlier.version) as previous_version,
        max(earlier.version) filter (earlier.change_reason is distinct from 'reprocess') as first_version
    from versions as later
    join versions as earlier
        on earlier.article_id = later.article_id
        and earlier.locator = later.locator
        and earlier.version < later.version
    where later.change_reason = 'reprocess'
    group by later.article_id, later.version
),
captures as (
    select
        *,
        lag(version) over (
            partition by article_id
            order by fetched_at nulls first, version
        ) as capture_before
    from versions
    anti join readings using (article_id, version)
),
read_before as (
    -- The newest reading of the capture before that was stored before the version itself.
    select
        captures.article_id,
        captures.version,
        max(readings.version) as reading
    from captures
    join readings
        on readings.article_id = captures.article_id
        and readings.first_version = captures.capture_before
        and readings.version < captures.version
    group by all
),
pairs as (
    select
        captures.article_id,
        captures.version,
        coalesce(reading, capture_before) as previous_version
    from captures
    left join read_before using (article_id, version)
    where capture_before is not null
    union all
    select
        article_id,
        version,
        previous_version
    from readings
),
explained as (
    select
        pairs.*,
        earlier.filename as earlier_file,
        earlier.file_row_number as earlier_row,
        later.filename as later_file,
        later.file_row_number as later_row,
        case
            when later.change_reason = 'reprocess' then 'reprocess'
            when later.fetched_at is null or earlier.fetched_at is null then 'input'
            when later.change_reason = 'unknown' then 'unknown'
            -- The later capture was loaded first, so that nothing compared the two by one extractor.
            when later.version < earlier.version
                and later.extractor = earlier.extractor
                and later.extractor_version <> earlier.extractor_version
            then 'unknown'
            else 'publisher'
        end as change_reason
    from pairs
    join versions as later using (article_id, version)
    join versions as earlier
        on earlier.article_id = pairs.article_id
        and earlier.version = previous_version
),
newest as (
    select
        article_id,
        version,
        max(comparison) as comparison,
        arg_max(previous_version, comparison) as previous_version,
        arg_max(paragraphs_changed, comparison) as paragraphs_changed
    from revisions_stored
    semi join compared_articles using (article_id)
    group by article_id, version
),
counted as (
    select
        article_id,
        version,
        comparison,
        count(*) as paragraphs
    from changes_stored
    semi join compared_articles using (article_id)
    group by article_id, version, comparison
)
select
    row_number() over (order by later_file, later_row) as number,
    earlier_file,
    earlier_row,
    later_file,
    later_row,
    article_id,
    explained.version,
    explained.previous_version,
    explained.change_reason,
    -- A file of revisions may be lost whose changes are still stored: their number is not used again.
    (coalesce(greatest(newest.comparison, last_counted), 0) + 1)::integer as comparison
from explained
left join newest using (article_id, version)
left join (
    select
        article_id,
        version,
        max(comparison) as last_counted
    from counted
    group by article_id, version
) using (article_id, version)
left join counted using (article_id, version, comparison)
where newest.previous_version is distinct from explained.previous_version
    or newest.paragraphs_changed <> coalesce(counted.paragraphs, 0);
