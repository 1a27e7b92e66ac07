"""The places in which each metadata field is looked for, best source first.

The orders were measured on the development corpora. JSON-LD comes before metas, metas before
microdata, and the visible text last. The title is an exception: an h1 is what readers see, while
SEO plug-ins fill JSON-LD from `<title>`.
"""

from typing import Final, Literal

DateKind = Literal[
    "jsonld_published",
    "meta_published",
    "microdata_published",
    "jsonld_page",
    "url",
    "labelled",
    "headline",
    "time",
    "meta_date",
    "class",
    "created",
    "text",
    "modified",
]
# The first kind with a valid date gives published_at; `modified` never does. Places are read in
# this order until one has a valid date; the places after it are not read at all.
DATE_ORDER: Final[tuple[DateKind, ...]] = (
    "jsonld_published",
    "meta_published",
    "microdata_published",
    "jsonld_page",
    "url",
    "labelled",
    "headline",
    "time",
    "meta_date",
    "created",
    "class",
    "text",
)
META_PUBLISHED: Final = (
    "article:published_time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "og:pubdate",
    "datepublished",
    "date_published",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish_date",
    "publish-date",
    "published-date",
    "published_time",
    "publication_date",
    "pubdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "citation_publication_date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "article_date_original",
    "rnews:datepublished",
    "bt:pubdate",
    "vr:published_time",
    "article.published",
    "displaydate",
)
META_DATE: Final = (
    "date",
    "dc.date",
    "dcterms.date",
    "dc.terms.date",
    "originalpublicationdate",
    "article.created",
    "og:article:published",
    "created",
    "time",
)
META_MODIFIED: Final = (
    "article:modified_time",
    "og:updated_time",
    "og:article:modified_time",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "last-modified",
    "datemodified",
    "article:modified",
    "revised",
)
META_TITLE: Final = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title")
META_AUTHOR: Final = (
    "author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "article:author",
    "og:article:author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "citation_author",
    "byl",
    "authors",
    "article.author",
    "cxenseparse:author",
    "creator",
    "rnews:author",
)
META_DESCRIPTION: Final = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "dcterms.abstract",
    "sailthru.description",
)
META_SECTION: Final = (
    "article:section",
    "og:section",
    "parsely-section",
    "section",
    "dc.subject",
    "cxenseparse:category",
    "article.section",
)
META_KEYWORDS: Final = ("news_keywords",)
META_KEYWORDS_AFTER_JSONLD: Final = (
    "article:tag",
    "og:article:tag",
    "parsely-tags",
    "sailthru.tags",
    "custom-keywords",
    "keywords",
    "dc.subject",
)
META_IMAGE: Final = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
META_SITE: Final = ("og:site_name", "application-name", "twitter:site_name", "dc.publisher")
META_REGION: Final = ("geo.region", "geo.country", "og:country-name")
META_LANGUAGE: Final = ("content-language", "dc.language", "og:locale", "language")
