-- Grain: one row per article whose words are counted, with the part of the articles that it is in.
-- Reads: articles as published. tasks/words/counting.py replaces the part and the condition.
select
    {part} as part,
    title,
    text
from articles
where {condition}
