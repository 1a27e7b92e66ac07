-- Grain: one row per document of `settled`, whose rows in `identified` this statement updates:
-- documents with a contested key get the article and key that tasks/load/shared_canonicals.py
-- chose.
update identified
set
    article_id = settled.article_id,
    url_key = settled.url_key
from settled
where settled.position = identified.position;
