-- Grain: one row per row of `doubtful` whose stored version was made by another extractor, or by
-- another release of Broadsheet, whose cleaning may differ. The capture is a revision only if the
-- present extractor gets another text from the stored bytes of the version, too. The version of the
-- learned lines (after '+learned.') does not count as another extractor: texts are compared with
-- and without these lines anyway.
-- Reads: doubtful, captures, processed, article_versions, runs.
create temp table compared as
select doubtful.*
from doubtful
join captures using (position)
join processed on processed.position = captures.content_position
join article_versions as stored
    on stored.article_id = doubtful.article_id
    and stored.version = doubtful.version
left join runs on runs.run_id = stored.run_id
where stored.extractor is distinct from processed.extractor
    or split_part(stored.extractor_version, '+learned.', 1)
        is distinct from split_part(processed.extractor_version, '+learned.', 1)
    or runs.code_version is distinct from $code_version;
