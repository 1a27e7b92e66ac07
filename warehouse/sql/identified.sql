-- Grain: one row per document of the run that has a text: the article that it belongs to.
create temp table identified as
select
    position,
    article_id,
    url_key
from processed
where outcome is null;
