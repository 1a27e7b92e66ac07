-- Grain: one row per source whose publisher changed articles since $since: the 20 with most changes.
select
    coalesce(source, domain) as source,
    count(*) as revisions,
    count(*) filter (is_silent) as silent,
    count(*) filter (title_changed) as titles,
    count(*) filter (note_added) as notes,
    sum(words_added)::bigint as words_added,
    sum(words_removed)::bigint as words_removed
from revisions
join (select article_id, version, source, domain, fetched_at from article_versions) as versions
    using (article_id, version)
where revisions.change_reason = 'publisher'
    and (title_changed or text_changed)
    and coalesce(fetched_at::date, date '$since') >= date '$since'
group by all
order by revisions desc, source
limit 20
