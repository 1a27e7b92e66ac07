-- Grain: one row per part of the articles and word, at most $most of each part.
-- Reads: words; totals, with the number of words and articles by part.
select
    words.part,
    word,
    count,
    round(count * 1e6 / total_words, 1) as per_million,
    words.articles,
    round(words.articles * $per / total_articles, 2) as share
from words
join totals on totals.part is not distinct from words.part
where count >= $min_count
and words.articles >= $min_articles
qualify row_number() over (partition by words.part order by count desc, word) <= $most
