-- Grain: one row per run with documents of taken articles: its row of `runs`, and how many of these
-- documents had each outcome. Reads: runs, taken_documents.
select
    runs.run_id,
    runs.inputs,
    runs.parameters,
    runs.loaded,
    runs.revised,
    runs.duplicate,
    runs.rejected,
    count(*) filter (taken.outcome = 'loaded' and is_article) as were_loaded,
    count(*) filter (taken.outcome = 'revised' and is_article) as were_revised,
    count(*) filter (taken.outcome = 'duplicate' and is_article) as were_duplicate
from runs
join taken_documents as taken using (run_id)
group by all
order by runs.run_id;
