-- Grain: one row per key of an article that the present address rules change.
select
    changed_article_keys.*,
    $run_id as run_id
from changed_article_keys
order by all;
