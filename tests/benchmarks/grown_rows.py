"""The rows of generated nights, made by SQL from the number of the night.

A night has 2,700 new articles of short text, 30 revisions of last night's articles, 300 unchanged
articles of the last seven nights, and 70 rejected pages. One new article in twenty has the text of
another one of its night, and one has such a text with another end. Feeds name half of the articles
on two more nights, and front pages name every fourth article.
"""

from warehouse.schema import (
    ARTICLE_VERSIONS,
    CLUSTER_MEMBERS,
    DATE_CANDIDATES,
    DISCOVERIES,
    DOCUMENTS,
    FETCHES,
    FINGERPRINTS,
    LINKS,
    RUNS,
    SUPERSEDED,
    TEXT_PAIRS,
    VISITS,
    Table,
)

# Grain: one row per document of the nights from $first to $last, and per article of an earlier
# night that a feed names. `story_night` and `k` identify the article; every 50th is dated up to 400
# days before its night.
MET = """
create or replace temp table met as
with numbered as (
    select
        night::int as number,
        date '2014-01-01' + night::int as night,
        k as place,
        case
            when k < 2700 then k
            when k < 2730 then k - 2700
            when k < 3100 then 100 + k - 2730
            else (k - 3100) % 1350
        end as k,
        case
            when k < 2700 then 'loaded'
            when k < 2730 then 'revised'
            when k < 3030 then 'duplicate'
            when k < 3100 then 'rejected'
            else 'listed'
        end as outcome,
        night::int - case
            when k < 2700 or k between 3030 and 3099 then 0
            when k < 2730 then 1
            when k < 3100 then [1, 3, 7][k % 3 + 1]
            else (k - 3100)::int // 1350 + 1
        end as story_night
    from range($first, $last + 1) as nights(night), range(5800) as places(k)
),
placed as (
    select
        *,
        (story_night * 2700 + k) % $sources as s,
        if(outcome = 'revised', 2, 1) as version,
        date '2014-01-01' + story_night
            - if(k % 50 = 49, (hash(story_night, k) % 400)::int, 0) as published_date,
        if(version = 1 and k % 20 = 19, k - 1, k) as text_k,
        if(version = 1 and k % 20 in (16, 17), k - k % 20 + 16, null) as near_k
    from numbered
    where story_night >= 1
)
select
    strftime(night, '%Y%m%dT023000000000Z') || '-' || lpad(number::varchar, 8, '0') as run_id,
    *,
    'Press ' || lpad(s::varchar, 5, '0') as source,
    'press-' || lpad(s::varchar, 5, '0') || '.example' as domain,
    domain || '/' || story_night || '/' || k as url_key,
    'https://' || url_key as url,
    md5(url_key) as article_id,
    md5(story_night || '/' || text_k || '#' || version) as content_hash,
    if(k % 20 in (16, 17, 18, 19) and version = 1, [
        md5(format('press-{:05d}.example/{}/{}', ((story_night * 2700 + other) % $sources)::int,
            story_night, other))
        for other in [k - k % 2, k - k % 2 + 1]
    ], null) as alike,
    if(near_k is null, [], list_sort([
        (hash(story_night, near_k, shared) >> 1)::bigint for shared in range(40)
    ])) as hashes,
    'raw/' || night || '/press-' || s || '-000.warc.gz#offset=' || place * 10000 as locator,
    night::timestamptz + interval (9000 + place) second as fetched_at,
    published_date::timestamptz + interval (hash(story_night, k) % 86400) second as published_at
from placed
"""
# Grain: `listed` has one row per article and list of a night, `made` one per document.
CHOSEN = """
create or replace temp table listed as
select
    * exclude (place),
    'feed' as how,
    'https://' || domain || '/feed.xml' as place,
    place // 300 + 1 as position
from met
where outcome <> 'rejected'
union all
select
    * exclude (place),
    'front' as how,
    'https://' || domain || '/' as place,
    place // 500 + 1 as position
from met
where outcome <> 'rejected'
    and k % 4 = 0;

create or replace temp table made as
select *, md5(text_key || 'a') || ' ' || md5(text_key || 'b') || ' ' || md5(text_key || version)
        || ' ' || md5(text_key || 'd') || e'\\n\\n' || md5(text_key || 'e') || md5(text_key || 'f')
        || if(near_k is null, '', e'\\n\\n' || array_to_string([
            'word' || hash(story_night, near_k, place) % 5000 for place in range(60)
        ], ' '))
        || if(k % 3 = 0, e'\\n\\nSubscribe to the newsletter of ' || source, '') as text
from (select *, story_night || '/' || text_k as text_key from met)
where outcome <> 'listed'
"""
_ARTICLE = """
    article_id, version, url, url_key, url_key as own_key, domain, 'Story ' || url_key as title,
    text, ['Ida Marsh'] as authors, published_at, published_date, 'second' as published_precision,
    'jsonld' as published_source, fetched_at, 'en' as language, 'article' as page_type,
    60 as word_count, 'fast' as extractor, '1' as extractor_version, content_hash,
    content_hash as whole_hash, content_hash as payload_digest, locator
"""
_DATES = (
    "list_transform(range(2), lambda d: {'source': 'jsonld', 'place': 'datePublished', "
    "'raw': published_at::varchar, 'instant': published_at, 'day': published_date, "
    "'precision': 'second', 'verdict': 'chosen'})"
)
FETCH_COLUMNS = """
    night, source, 'article' as kind, url, url_key, 'feed' as how,
    'https://' || domain || '/feed.xml' as place,
    if(outcome = 'duplicate', 'revisit', 'new') as why, 1 as attempt, fetched_at as started_at,
    200 as status, 'fetched' as outcome, false as passing, url as final_url, 0 as redirects,
    1000 as bytes, md5(locator) as record_id,
    split_part(locator, '#', 1) as warc_file, place * 10000 as warc_offset
"""
LISTED_COLUMNS = """
    night, source, url, url_key, how, place, fetched_at as found_at, 'Story ' || url_key as title,
    false as filled_gap, if(outcome = 'loaded', 'new', 'known') as verdict, position
"""
VISIT_COLUMNS = """
    'https://press-' || lpad(s::varchar, 5, '0') || '.example/' as homepage,
    '{"name": "Press ' || lpad(s::varchar, 5, '0') || '", "formerly": []}' as entry,
    ['https://press-' || lpad(s::varchar, 5, '0') || '.example/feed.xml'] as feeds,
    []::varchar[] as sitemaps, 'ok' as discovery, null::varchar as problem, false as possible_loss
"""
_COUNTS = ", ".join(
    f"count(article_id) filter (made.outcome = '{outcome}') as {outcome}"
    for outcome in ("loaded", "revised", "duplicate", "rejected", "failed")
)
# The rows of each table, without those columns that are NULL.
ROWS: dict[Table, str] = {
    ARTICLE_VERSIONS: f"""
        select {_ARTICLE}, url_key as claimed_key, source, fetched_at as first_seen_at,
            fetched_at as loaded_at, content_hash as cluster_id, run_id,
            if(version > 1, 'publisher', null) as change_reason
        from made where outcome in ('loaded', 'revised') order by published_at""",
    SUPERSEDED: """
        select article_id, 1 as version, run_id, 1 as change, true as is_outdated
        from made where outcome = 'revised' order by all""",
    DATE_CANDIDATES: f"""
        select article_id, version, run_id, 1 as rank, unnest({_DATES}, recursive := true)
        from made where outcome in ('loaded', 'revised') order by run_id, place""",
    DOCUMENTS: """
        select run_id, locator, source, url, outcome, 'resolve' as step,
            if(outcome = 'duplicate', 'same_bytes', null) as reason, page_type: 'article',
            if(outcome = 'rejected', null, article_id) as article_id,
            if(outcome = 'rejected', null, version) as version, fetched_at, 1000 as bytes,
            0.01 as seconds, if(outcome = 'rejected', null, content_hash) as whole_hash
        from made order by run_id, place""",
    DISCOVERIES: f"""
        select run_id, {LISTED_COLUMNS} from listed order by run_id, source""",
    LINKS: """
        select article_id, version, 1 as position, 'an earlier report' as text,
            domain || '/' || story_night - 1 || '/' || (k + 2700) % $sources as url_key,
            concat('https://', domain, '/', story_night - 1, '/', (k + 2700) % $sources) as url,
            true as same_site, 1 as paragraph, run_id
        from made where outcome in ('loaded', 'revised') order by all""",
    FINGERPRINTS: """
        select article_id, version, published_date as day, domain as site, content_hash,
            'words-1' as method, 60 as shingles, 1 as rate, hashes::bigint[] as hashes,
            if(k % 10 = 0, ['dpa'], []) as agencies, run_id
        from made where outcome in ('loaded', 'revised') order by day""",
    TEXT_PAIRS: """
        select least(one, content_hash) as content_hash, greatest(one, content_hash) as other_hash,
            'edited' as kind, 60 as shared, 0.9 as jaccard, 0.95 as containment,
            0.95 as containment_other, 'words-1' as method, run_id
        from (select *, md5(story_night || '/' || near_k || '#1') as one from made)
        where outcome = 'loaded' and k % 20 = 17 order by all""",
    CLUSTER_MEMBERS: """
        select article_id, list_min(alike) as cluster_id, run_id, 1 as change,
            null::varchar as previous_id
        from made where outcome = 'loaded' and alike is not null order by article_id""",
    FETCHES: f"select run_id, {FETCH_COLUMNS} from made order by run_id, source, started_at",
    VISITS: f"""
        select visited.*, {_COUNTS}, count(article_id) as fetched, count(article_id) as found,
            count(article_id) filter (outcome = 'loaded') as new, 0 as known, 0 as excluded,
            count(article_id) filter (made.outcome = 'duplicate') as unchanged,
            max(published_at) as newest_at
        from (
            select run_id, night, 'Press ' || lpad(s::varchar, 5, '0') as source, {VISIT_COLUMNS}
            from (select distinct run_id, night from made), range($sources) as sources(s)
        ) as visited
        left join made using (run_id, night, source)
        group by all order by run_id, source""",
    RUNS: f"""
        select run_id, 'nightly' as flow, '{{}}' as parameters, []::varchar[] as inputs,
            min(fetched_at) as started_at, max(fetched_at) as finished_at,
            count(*) as documents, {_COUNTS}, 'history' as code_version
        from made group by run_id order by run_id""",
}
PROCESSED_ROWS = f"""
select row_number() over (order by place) - 1 as position, source as publication, {_ARTICLE},
    {_DATES} as date_candidates, 1000 as bytes, 0.01 as seconds,
    hashes as fingerprints, 1 as fingerprint_rate, 60 as shingles,
    if(made.outcome = 'rejected', 'rejected', null) as outcome,
    if(made.outcome = 'rejected', 'process', null) as step,
    if(made.outcome = 'rejected', 'listing', null) as reason
from made
"""
