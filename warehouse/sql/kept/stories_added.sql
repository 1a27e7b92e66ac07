-- Grain: one row per cluster of touched_copies: the rows that marts.clustered_stories gets.
insert into marts.marts.clustered_stories by name
with bounds as (
    -- Who may have been first, by the calendar days that the publishers state.
    select
        cluster_id,
        min(last_date) as day,
        bool_and(is_instant) as are_instants
    from touched_copies
    where published_at is not null
    group by cluster_id
),
possible as (
    select
        touched_copies.cluster_id,
        touched_copies.article_id,
        touched_copies.source,
        touched_copies.domain,
        touched_copies.published_at,
        touched_copies.is_instant,
        are_instants,
        min(touched_copies.published_at) over (partition by cluster_id) as earliest
    from touched_copies
    join bounds using (cluster_id)
    where touched_copies.published_at is not null
        and (are_instants or published_date <= day)
),
firsts as (
    -- Several are possible on a day: only instants, and no two equal ones, decide.
    select
        cluster_id,
        arg_min(struct_pack(article_id, source, domain), published_at) as first_article,
        bool_and(is_instant) and (count(*) > 1 or bool_and(are_instants)) as by_instant
    from possible
    group by cluster_id
    having count(*) = 1
        or bool_and(is_instant)
        and count(*) filter (published_at = earliest) = 1
),
credits as (
    select
        cluster_id,
        list(agency order by agency) as agencies,
        arg_max(agency, {'articles': articles, 'agency': agency}) as agency
    from (
        select
            cluster_id,
            agency,
            count(*) as articles
        from touched_copies, unnest(agencies) as credited(agency)
        group by cluster_id, agency
    )
    group by cluster_id
),
grouped as (
    select
        cluster_id,
        any_value(cluster_hash) as cluster_hash,
        min(first_seen_at) as first_seen_at,
        min(published_at) as first_published_at,
        count(*) as articles,
        coalesce(list(distinct domain order by domain) filter (domain is not null), [])
            as domains,
        coalesce(
            list(distinct source order by source) filter (domain is null and source is not null),
            []
        ) as without_domain,
        list(distinct language order by language) as languages,
        arg_min(
            article_id,
            {
                'is_cut': is_cut,
                'fewer_words': -coalesce(word_count, 0),
                'is_undated': published_at is null,
                'article_id': article_id
            }
        ) as longest_id,
        list(article_id) filter (not is_cut) as whole_ids
    from touched_copies
    group by cluster_id
)
select
    grouped.* exclude (longest_id, whole_ids),
    first_article.article_id as first_article_id,
    first_article.source,
    first_article.domain,
    agency,
    coalesce(agencies, []) as agencies,
    case
        when first_article is null then 'undecided'
        when by_instant then 'instant'
        else 'day'
    end as certainty,
    if(list_contains(whole_ids, first_article.article_id), first_article.article_id, longest_id)
        as representative_id,
    if(list_contains(whole_ids, first_article.article_id), 'first', 'longest') as representative_reason
from grouped
left join firsts using (cluster_id)
left join credits using (cluster_id)
order by first_published_at, cluster_id;
