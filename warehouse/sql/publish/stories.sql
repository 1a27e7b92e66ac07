-- Grain: as stated before each view, as in publish.sql.

-- Grain: one row per version of an article: what copies of its text are found by.
create view fingerprints as
select $fingerprints_columns
from read_parquet($fingerprints_files, union_by_name = $fingerprints_differ);

-- Grain: one row per pair of different texts that share a third of the shorter one.
create view text_pairs as
select $text_pairs_columns
from read_parquet($text_pairs_files, union_by_name = $text_pairs_differ);

-- Grain: one row per change of the cluster of an article.
create view cluster_members as
select $cluster_members_columns
from read_parquet($cluster_members_files, union_by_name = $cluster_members_differ);

-- Grain: one row per cluster id that was published and then replaced, and run. An id that is smaller
-- than the new one is still in use: some articles left its cluster.
create view cluster_merges as
select distinct
    previous_id as cluster_id,
    cluster_id as merged_into,
    run_id
from cluster_members
where previous_id > cluster_id;

-- Grain: one row per pair of articles, at the two versions that have most in common. The number of
-- pairs of one text grows with the square, so that above 100 articles each is paired with the first.
-- No part of the query is named that is read twice: DuckDB would store its rows before it filters them.
create view copies as
with repeated as (
    select
        content_hash,
        min(article_id) as first_id,
        count(distinct article_id) as articles
    from fingerprints
    semi join clusters using (article_id)
    group by content_hash
    having min(article_id) <> max(article_id)
),
same_texts as (
    select
        one.article_id,
        other.article_id as other_id,
        one.version,
        other.version as other_version,
        'same_text' as kind,
        one.shingles as shared,
        1.0::double as jaccard,
        1.0::double as containment,
        1.0::double as containment_other,
        abs(one.day - other.day)::integer as days,
        one.method,
        greatest(one.run_id, other.run_id) as run_id
    from repeated
    join fingerprints as one on one.content_hash = repeated.content_hash
    join fingerprints as other on other.content_hash = repeated.content_hash
    where one.article_id < other.article_id
        and (articles <= 100 or one.article_id = first_id)
),
oriented as (
    select
        content_hash,
        other_hash,
        kind,
        shared,
        jaccard,
        containment,
        containment_other,
        method,
        run_id
    from text_pairs
    union all
    select
        other_hash as content_hash,
        content_hash as other_hash,
        kind,
        shared,
        jaccard,
        containment_other as containment,
        containment as containment_other,
        method,
        run_id
    from text_pairs
),
different_texts as (
    select
        one.article_id,
        other.article_id as other_id,
        one.version,
        other.version as other_version,
        if(kind = 'edited' and one.site = other.site, 'update', kind) as kind,
        shared,
        jaccard,
        containment,
        containment_other,
        abs(one.day - other.day)::integer as days,
        oriented.method,
        oriented.run_id
    from oriented
    join fingerprints as one on one.content_hash = oriented.content_hash
    join fingerprints as other on other.content_hash = oriented.other_hash
    where one.article_id < other.article_id
)
select *
from (
    from same_texts
    union all
    from different_texts
)
qualify row_number() over (
    partition by article_id, other_id
    order by jaccard desc, version, other_version
) = 1;

-- Grain: one row per cluster. An article without copies, which is most of them, needs no grouping, and
-- its cluster has its own id.
create view stories as
with copied as (
    select
        article_id,
        cluster_id,
        coalesce(source, domain) as source,
        coalesce(domain, source) as site,
        language,
        first_seen_at,
        published_at,
        published_date,
        published_precision in ('second', 'minute') as is_instant,
        if(
            published_precision = 'month',
            (published_date + interval 1 month)::date - 1,
            published_date
        ) as last_date,
        access_state in ('truncated', 'paywalled') as is_cut,
        word_count,
        agencies
    from marts.clustered
),
alone as (
    select
        articles.article_id,
        articles.article_id as cluster_id,
        coalesce(articles.source, articles.domain) as source,
        coalesce(articles.domain, articles.source) as site,
        articles.language,
        articles.first_seen_at,
        articles.published_at,
        articles.published_precision in ('second', 'minute') as is_instant,
        coalesce(fingerprints.agencies, []) as agencies
    from articles
    anti join clusters using (article_id)
    left join fingerprints
        on fingerprints.article_id = articles.article_id
        and fingerprints.version = articles.version
),
bounds as (
    -- Who may have been first, by the calendar days that the publishers state.
    select
        cluster_id,
        min(last_date) as day,
        bool_and(is_instant) as are_instants
    from copied
    where published_at is not null
    group by cluster_id
),
possible as (
    select
        copied.cluster_id,
        copied.article_id,
        copied.source,
        copied.published_at,
        copied.is_instant,
        are_instants
    from copied
    join bounds using (cluster_id)
    where copied.published_at is not null
        and (are_instants or published_date <= day)
),
firsts as (
    -- Several are possible on a day: only instants, and no two equal ones, decide.
    select
        cluster_id,
        arg_min(article_id, published_at) as article_id,
        arg_min(source, published_at) as source,
        bool_and(is_instant) and (count(*) > 1 or bool_and(are_instants)) as by_instant,
        count(*) = 1 as is_only
    from possible
    group by cluster_id
    having count(*) = 1
        or bool_and(is_instant)
        and count(*) filter (
            published_at = (
                select min(earliest.published_at)
                from possible as earliest
                where earliest.cluster_id = possible.cluster_id
            )
        ) = 1
),
credits as (
    select
        cluster_id,
        list(agency order by agency) as agencies,
        arg_max(agency, {'articles': articles, 'agency': agency}) as origin
    from (
        select
            cluster_id,
            agency,
            count(*) as articles
        from copied, unnest(agencies) as credited(agency)
        group by cluster_id, agency
    )
    group by cluster_id
),
grouped as (
    select
        cluster_id,
        min(first_seen_at) as first_seen_at,
        min(published_at) as first_published_at,
        count(*) as articles,
        count(distinct site) as sites,
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
    from copied
    group by cluster_id
)
select
    cluster_id,
    grouped.first_seen_at,
    grouped.first_published_at,
    firsts.article_id as first_article_id,
    firsts.source as first_source,
    coalesce(credits.origin, firsts.source) as origin,
    case
        when firsts.article_id is null then 'undecided'
        when by_instant then 'instant'
        else 'day'
    end as certainty,
    grouped.articles,
    grouped.sites,
    grouped.languages,
    coalesce(credits.agencies, []) as agencies,
    if(
        list_contains(whole_ids, firsts.article_id),
        firsts.article_id,
        longest_id
    ) as representative_id,
    if(list_contains(whole_ids, firsts.article_id), 'first', 'longest') as representative_reason
from grouped
left join firsts using (cluster_id)
left join credits using (cluster_id)
union all
select
    cluster_id,
    first_seen_at,
    published_at as first_published_at,
    if(published_at is null, null, article_id) as first_article_id,
    if(published_at is null, null, source) as first_source,
    coalesce(agencies[1], if(published_at is null, null, source)) as origin,
    case
        when published_at is null then 'undecided'
        when is_instant then 'instant'
        else 'day'
    end as certainty,
    1 as articles,
    if(site is null, 0, 1) as sites,
    list_value(language) as languages,
    agencies,
    article_id as representative_id,
    'only' as representative_reason
from alone;

