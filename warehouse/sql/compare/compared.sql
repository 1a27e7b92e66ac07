-- Grain: one row per row of `doubtful` whose stored version another extractor made, or another
-- Broadsheet, whose cleaning may differ. Its capture is a revision only if the stored bytes of the
-- version give another text under the present extractor, too. Reads: doubtful, processed,
-- article_versions, runs.
create temp table compared as
select doubtful.*
from doubtful
join processed using (position)
join article_versions as stored
    on stored.article_id = doubtful.article_id
    and stored.version = doubtful.version
left join runs on runs.run_id = stored.run_id
where stored.extractor is distinct from processed.extractor
    or split_part(stored.extractor_version, '+learned.', 1)
        is distinct from split_part(processed.extractor_version, '+learned.', 1)
    or runs.code_version is distinct from $code_version;
