-- Grain: one row per $step and kind of change: versions by capture time, later than an article's first.
select
    date_trunc('$step', fetched_at)::date as start,
    case
        when change_reason <> 'publisher' then 'not_publisher'
        when is_silent then 'silent'
        else 'declared'
    end as kind,
    count(*) as revisions
from revisions
join (select article_id, version, fetched_at from article_versions) as versions
    using (article_id, version)
where (title_changed or text_changed)
    and fetched_at >= date '$since'
group by all
order by start, kind
