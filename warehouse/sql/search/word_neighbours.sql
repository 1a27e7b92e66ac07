-- Grain: one row per phrase and word that stands near it, at most $most of each phrase.
-- Reads: near_words, words; phrases, with the number of their places and of all words near them;
-- $words is the number of all words.
-- log_dice = 14 + log2(2 * f_xy / (f_x + f_y)), as in P. Rychlý, "A lexicographer-friendly association
-- score", 2008. log_likelihood compares the words near the phrase with all others by the four cells
-- of T. Dunning, "Accurate methods for the statistics of surprise and coincidence", 1993; it is
-- negative where the word is rarer near the phrase than elsewhere.
with cells as (
    select
        phrases.part as near,
        near_words.word,
        near_words.articles,
        places,
        words.count as total,
        near_words.count as k11,
        words.count - near_words.count as k12,
        near_total - near_words.count as k21,
        $words - near_total - words.count + near_words.count as k22
    from near_words
    join phrases on phrases.part = near_words.part
    join words on words.word = near_words.word
    where near_words.count >= $min_count
    and near_words.articles >= $min_articles
),
expected as (
    select
        *,
        (k11 + k12)::double * (k11 + k21) / $words as e11,
        (k11 + k12)::double * (k12 + k22) / $words as e12,
        (k21 + k22)::double * (k11 + k21) / $words as e21,
        (k21 + k22)::double * (k12 + k22) / $words as e22
    from cells
),
scored as (
    select
        *,
        14 + log2(2.0 * k11 / (places + total)) as dice,
        2 * (
            coalesce(k11 * ln(nullif(k11, 0) / e11), 0)
            + coalesce(k12 * ln(nullif(k12, 0) / e12), 0)
            + coalesce(k21 * ln(nullif(k21, 0) / e21), 0)
            + coalesce(k22 * ln(nullif(k22, 0) / e22), 0)
        ) as likelihood
    from expected
)
select
    near,
    word,
    round(dice, 2) as log_dice,
    round(if(k11 < e11, -1, 1) * likelihood, 2) as log_likelihood,
    k11 as together,
    total as count,
    articles
from scored
qualify row_number() over (partition by near order by dice desc, k11 desc, word) <= $most
