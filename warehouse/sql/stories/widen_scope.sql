-- Grain: one row per article and text, appended to story_scope at the level $level: the articles in
-- scope_members and their texts. Columns: is_published tells whether the article had the text before
-- this run. Reads: scope_members, near_fingerprints (those of the days of these articles), story_scope.
insert into story_scope
select
    article_id,
    content_hash,
    $level as level,
    bool_or(run_id <> $run_id) as is_published
from near_fingerprints
semi join scope_members using (article_id)
anti join story_scope using (article_id)
group by article_id, content_hash;
