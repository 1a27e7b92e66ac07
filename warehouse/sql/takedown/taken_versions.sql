-- Grain: one row per version of the articles in `asked` (article_id, key). An article is meant by its
-- id, or by a key that is its own, that of one of its addresses, or that of a document that repeated
-- it. $domains are the domains of the keys; empty: any domain.
-- Reads: asked, article_versions, article_keys, documents.
with repeated as (
    select distinct article_id, url
    from documents
    where article_id is not null
        and exists (from asked where key is not null)
        and (
            $domains = []
            or list_contains(
                list_transform($domains::varchar[], lambda name: contains(lower(url), name)),
                true
            )
        )
),
meant as (
    select article_id from article_versions semi join asked using (article_id)
    union
    select article_id from article_versions
    where url_key in (select key from asked) or own_key in (select key from asked)
    union
    select article_id from article_keys where url_key in (select key from asked)
    union
    select article_id from repeated where key_of(url) in (select key from asked)
)
select
    article_id,
    version,
    url,
    url_canonical,
    list_distinct([url_key, own_key, claimed_key]) as keys,
    content_hash,
    domain
from article_versions
semi join meant using (article_id)
order by article_id, version;
