-- Grain: one row per article and stored key that changes under the present address rules; no rows
-- unless $is_older, which says that the stored keys were made under older rules.
-- An article may have been found at several addresses with the same key. The address that
-- `articles` shows counts.
create temp table changed_article_keys as
with keys as (
    select
        article_id,
        url_key as stored_key,
        -- If the page's claim was not believed, url_key is the key of an address.
        if(coalesce(claimed_key, url_key) = url_key, claim_of(url, url_canonical), key_of(url_key))
            as url_key,
        superseded.version is null as is_current,
        version
    from article_versions
    left join superseded using (article_id, version)
    where $is_older
        and url_key is not null
    union all
    select
        article_id,
        claimed_key as stored_key,
        claim_of(url, url_canonical) as url_key,
        superseded.version is null as is_current,
        version
    from article_versions
    left join superseded using (article_id, version)
    where $is_older
        and claimed_key <> url_key
),
present as (
    select
        article_id,
        stored_key,
        arg_max(url_key, struct_pack(is_current, version)) as url_key
    from keys
    group by article_id, stored_key
),
earlier as (
    select
        article_id,
        stored_key,
        arg_max(url_key, rules) as url_key
    from article_keys
    group by article_id, stored_key
)
select
    article_id,
    stored_key,
    present.url_key,
    $rules::integer as rules
from present
left join earlier using (article_id, stored_key)
where present.url_key <> coalesce(earlier.url_key, stored_key);
