-- Grain: one row per fact about the chosen articles: a section, a label, and a number, a text, or both.
-- The data sheet of a snapshot is made from these rows. Every section has an order of its own.
with current as (
    select articles.*
    from articles
    semi join chosen using (article_id)
),
versions as (
    select article_versions.*
    from article_versions
    semi join chosen using (article_id)
),
runs_of_these as (
    select *
    from runs
    where run_id in (
        select run_id from versions
        union
        select documents.run_id from documents semi join chosen using (article_id)
    )
),
ledger as (
    select *
    from documents
    where run_id in (select run_id from runs_of_these)
),
facts as (
    select 'total' as section, 'articles' as label, count(*) as number, null as detail from current
    union all
    select 'total', 'versions', count(*), null from versions
    union all
    select 'total', 'words', coalesce(sum(word_count), 0), null from current
    union all
    select 'total', 'domains', count(distinct "domain"), null from current
    union all
    select 'total', 'without a date', count(*) filter (published_date is null), null from current
    union all
    select 'total', 'with the day alone', count(*) filter (published_precision = 'day'), null from current
    union all
    select 'total', 'copies', count(*) - count(distinct cluster_id), null from current
    union all
    select 'span', 'published', null, min(published_date) || ' to ' || max(published_date) from current
    union all
    select 'span', 'fetched', null, min(fetched_at)::date || ' to ' || max(fetched_at)::date from versions
    union all
    select 'span', 'state', null, strftime(max(finished_at), '%Y-%m-%d %H:%M UTC') from runs_of_these
    union all
    select 'domain', coalesce("domain", '(none)'), count(*), min(published_date) || ' to ' || max(published_date)
    from current
    group by 2
    union all
    select 'year', coalesce(year(published_date)::varchar, '(no date)'), count(*), null from current group by 2
    union all
    select 'language', coalesce("language", '(none)'), count(*), null from current group by 2
    union all
    select 'flow', flow, count(*), sum(documents)::varchar from runs_of_these group by 2
    union all
    select 'outcome', outcome, count(*), null from ledger group by 2
    union all
    select 'reason', outcome || ' / ' || reason, count(*), null
    from ledger
    where outcome in ('rejected', 'failed')
    group by 2
    union all
    select 'access', coalesce(access_state, '(not known)'), count(*), null from current group by 2
    union all
    select 'rights', "right", count(*), null
    from (select unnest(rights) as "right" from current)
    group by 2
    union all
    select 'rights', '(the page says nothing)', count(*), null
    from current
    where coalesce(len(rights), 0) = 0
    having count(*) > 0
    union all
    select 'flag', flag, count(*), null
    from (select unnest(quality_flags) as flag from current)
    group by 2
    union all
    select 'change', change_reason, count(*), null from versions where change_reason is not null group by 2
    union all
    select 'extractor', coalesce(extractor, '(none)'), count(*), extractor_version
    from versions
    group by 2, 4
    union all
    select 'code', code_version, count(*), null from runs_of_these group by 2
)
select section, label, number, detail
from facts
order by section, number desc nulls last, label, detail
