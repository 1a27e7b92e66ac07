-- Grain: one row per document of the run that has a text (a change of `identified`). Documents whose
-- key several addresses claim get what was settled for them.
update identified
set
    article_id = settled.article_id,
    url_key = settled.url_key
from settled
where settled.position = identified.position;
