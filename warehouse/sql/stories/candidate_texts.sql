-- Grain: one row per text of the candidates: its content_hash and a version that has it.
-- Reads: window_fingerprints, fresh_fingerprints, candidates.
create or replace temp table candidate_texts as
with wanted as (
    select text from candidates
    union
    select other_text from candidates
),
known as (
    select content_hash, article_id, version, run_id
    from window_fingerprints
    where day between $from_day and $to_day
        or day is null
        or $from_day is null
    union all
    select content_hash, article_id, version, run_id
    from fresh_fingerprints
    where day between $from_day and $to_day
        or $from_day is null
)
select
    hash(content_hash) as text,
    content_hash,
    min({'run_id': run_id, 'article_id': article_id, 'version': version}) as place
from known
where hash(content_hash) in (from wanted)
group by content_hash;
