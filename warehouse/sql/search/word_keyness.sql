-- Grain: one row per word that stands relatively more often in one of two parts of the articles, at
-- most $most of each part.
-- Reads: words, whose parts are 'a' and 'b'; $words_a and $words_b are their numbers of words.
-- The measure is G2 = 2 * (a * ln(a / expected_a) + b * ln(b / expected_b)), as in P. Rayson and R.
-- Garside, "Comparing corpora using frequency profiling", 2000. It is negative where the word is more
-- frequent in b.
with compared as (
    select
        word,
        coalesce(sum(count) filter (where part = 'a'), 0)::bigint as count_a,
        coalesce(sum(articles) filter (where part = 'a'), 0)::bigint as articles_a,
        coalesce(sum(count) filter (where part = 'b'), 0)::bigint as count_b,
        coalesce(sum(articles) filter (where part = 'b'), 0)::bigint as articles_b
    from words
    group by word
),
expected as (
    select
        *,
        $words_a::double * (count_a + count_b) / ($words_a + $words_b) as expected_a,
        $words_b::double * (count_a + count_b) / ($words_a + $words_b) as expected_b,
        sign(count_a::hugeint * $words_b - count_b::hugeint * $words_a) as direction
    from compared
    where count_a + count_b >= $min_count
    and articles_a + articles_b >= $min_articles
),
scored as (
    select
        *,
        2 * (
            coalesce(count_a * ln(nullif(count_a, 0) / expected_a), 0)
            + coalesce(count_b * ln(nullif(count_b, 0) / expected_b), 0)
        ) as likelihood
    from expected
    where direction <> 0
)
select
    word,
    round(direction * likelihood, 2) as keyness,
    count_a,
    round(count_a * 1e6 / $words_a, 1) as per_million_a,
    articles_a,
    count_b,
    round(count_b * 1e6 / $words_b, 1) as per_million_b,
    articles_b,
    direction,
    likelihood
from scored
qualify row_number() over (partition by direction order by likelihood desc, word) <= $most
