-- Grain: one row per state of the addresses of a list that the run fetched: the outcome of the last
-- attempt with its reason, or else why it was not requested.
with attempts as (
    select
        url_key,
        arg_max(outcome, attempt) as outcome,
        arg_max(reason, attempt) as reason
    from fetches
    where run_id = $run_id
        and kind = 'article'
        and url_key is not null
    group by url_key
)
select
    coalesce(
        attempts.outcome || coalesce(' (' || attempts.reason || ')', ''),
        discoveries.verdict
    ) as state,
    count(*) as addresses
from discoveries
left join attempts using (url_key)
where discoveries.run_id = $run_id
group by state
order by addresses desc, state;
