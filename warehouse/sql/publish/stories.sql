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

-- Grain: one row per text that more than 100 articles have: the smallest id among them. Articles with one
-- text are in one cluster, so that only large clusters are looked through. Their articles are collected
-- in a list, so that DuckDB expects few. Otherwise it would read all fingerprints first.
create view marts.common_texts as
select
    content_hash,
    min(article_id) as first_id
from fingerprints
where article_id in (
    select unnest(list(article_id))
    from clusters
    where cluster_id in (
        select clustered_stories.cluster_id
        from marts.clustered_stories
        where articles > 100
    )
)
group by content_hash
having count(distinct article_id) > 100;

-- Grain: one row per pair of articles, at the two versions that have most in common. The number of
-- pairs of one text grows with the square, so that above 100 articles each is paired with the first.
-- No part of the query is named that is read twice: DuckDB would store its rows before it filters them.
create view copies as
with same_texts as (
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
    from fingerprints as one
    semi join clusters on clusters.article_id = one.article_id
    join fingerprints as other on other.content_hash = one.content_hash
    left join marts.common_texts as common on common.content_hash = one.content_hash
    where one.article_id < other.article_id
        and (common.first_id is null or one.article_id = common.first_id)
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

-- Grain: one row per article without copies.
create view marts.alone as
select
    article_id,
    version,
    source,
    domain,
    language,
    first_seen_at,
    published_at,
    if(published_precision in ('second', 'minute'), 'instant', 'day') as certainty,
    coalesce(published_date, (fetched_at at time zone 'UTC')::date) as day
from articles
anti join clusters using (article_id);

-- Grain: one row per cluster. An article without copies, which is most of them, is its own cluster. The
-- day of its fingerprints is compared by `=`, so that DuckDB reads those of the wanted days alone; an
-- article without any day has fingerprints without one. Articles without copies are one part of the
-- union: with several parts, of which some were empty, DuckDB 1.5.5 waited for ever.
create view stories as
select
    cluster_id,
    first_seen_at,
    first_published_at,
    first_article_id,
    coalesce(source, domain) as first_source,
    coalesce(agency, source, domain) as origin,
    certainty,
    articles,
    len(list_distinct(list_concat(domains, without_domain))) as sites,
    languages,
    agencies,
    representative_id,
    representative_reason
from marts.stories
union all
select
    alone.article_id as cluster_id,
    first_seen_at,
    published_at as first_published_at,
    if(published_at is null, null, alone.article_id) as first_article_id,
    if(published_at is null, null, coalesce(source, domain)) as first_source,
    coalesce(
        coalesce(dated.agencies, undated.agencies)[1],
        if(published_at is null, null, coalesce(source, domain))
    ) as origin,
    if(published_at is null, 'undecided', certainty) as certainty,
    1 as articles,
    if(coalesce(domain, source) is null, 0, 1) as sites,
    list_value(language) as languages,
    coalesce(dated.agencies, undated.agencies, []) as agencies,
    alone.article_id as representative_id,
    'only' as representative_reason
from marts.alone as alone
left join fingerprints as dated
    on dated.day = alone.day
    and dated.article_id = alone.article_id
    and dated.version = alone.version
left join (from fingerprints where day is null) as undated
    on undated.article_id = alone.article_id
    and undated.version = alone.version;
