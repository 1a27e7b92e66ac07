-- Grain: one row per run of $n words that occurs in at least $least of the chosen articles.
-- A word is a run of letters, marks and digits, in lower case.
with worded as (
    select regexp_extract_all(lower(text), '[\p{L}\p{M}\p{N}]+') as words
    from articles
    semi join chosen using (article_id)
),
runs_of_words as (
    -- Once for each article, however often the run occurs in it.
    select unnest(
        list_distinct(
            list_transform(
                range(1, len(words) - $n + 2),
                first -> array_to_string(words[first:first + $n - 1], ' ')
            )
        )
    ) as ngram
    from worded
)
select
    $n::integer as n,
    ngram,
    count(*)::integer as documents
from runs_of_words
group by ngram
having count(*) >= $least
