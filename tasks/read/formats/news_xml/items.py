"""Reads the fields of one item of NITF, NewsML-G2, NewsML 1 or TEI.

Follows the IPTC's specifications (NITF 3.6, NewsML-G2 2.x, NewsML 1.2), the guide of the New
York Times Annotated Corpus (Sandhaus 2008), which is NITF, and TEI P5.
"""

from collections.abc import Callable
from typing import Any

from lxml import etree

from tasks.read.formats.databanks.articles import DownloadArticle
from tasks.read.formats.databanks.fields import split_authors
from tasks.read.formats.news_xml.trees import (
    attribute,
    elements_at,
    first_at,
    iso_date,
    local_name,
    paragraphs_below,
    text_at,
    text_of,
    texts_at,
)


def read_nitf(item: etree._Element) -> DownloadArticle:
    """Return the article of a `<nitf>` element."""
    head, body = first_at(item, "head"), first_at(item, "body")
    top = first_at(body, "body.head")
    data = first_at(head, "pubdata")
    docdata = first_at(head, "docdata")
    metas = {
        str(name): str(value)
        for meta in elements_at(head, "meta")
        if (name := attribute(meta, "name")) and (value := attribute(meta, "content"))
    }
    content = first_at(body, "body.content")
    full = [b for b in elements_at(content, "block") if attribute(b, "class") == "full_text"]
    published = attribute(data, "date.publication") or attribute(
        first_at(docdata, "date.issue"), "norm"
    )
    return DownloadArticle(
        title=text_at(top, "hedline", "hl1") or text_at(head, "title"),
        paragraphs=tuple(p for block in full or [content] for p in paragraphs_below(block)),
        authors=_bylines(top),
        published=iso_date(published or attribute(first_at(top, "dateline", "story.date"), "norm")),
        publication=attribute(data, "name"),
        section=attribute(data, "position.section") or metas.get("online_sections"),
        description=text_at(top, "abstract"),
        language=attribute(item, "lang"),
        url=attribute(data, "ex-ref"),
        keywords=tuple(
            key
            for found in elements_at(docdata, "key-list", "keyword")
            if (key := attribute(found, "key"))
        ),
        extra=_nitf_extra(top, docdata, data, metas),
    )


def _nitf_extra(
    top: etree._Element | None,
    docdata: etree._Element | None,
    data: etree._Element | None,
    metas: dict[str, str],
) -> dict[str, Any]:
    """Return the fields of a `<nitf>` element that have no column of their own."""
    return _non_empty(
        **metas,
        subtitle=text_at(top, "hedline", "hl2"),
        dateline=text_at(top, "dateline"),
        document_id=attribute(first_at(docdata, "doc-id"), "id-string"),
        copyright=attribute(first_at(docdata, "doc.copyright"), "holder"),
        edition=attribute(data, "edition.name"),
        length=attribute(data, "item-length"),
        classifiers=texts_at(docdata, "identified-content", "classifier"),
        organizations=texts_at(docdata, "identified-content", "org"),
        people=texts_at(docdata, "identified-content", "person"),
        locations=texts_at(docdata, "identified-content", "location"),
    )


def _bylines(top: etree._Element | None) -> tuple[str, ...]:
    """Return the authors; the printed byline where the New York Times also has a normalised one."""
    found = list(elements_at(top, "byline"))
    printed = [b for b in found if attribute(b, "class") == "print_byline"] or found
    people = [name for byline in printed for name in texts_at(byline, "**", "person")]
    texts = people or [text for byline in printed if (text := text_of(byline))]
    return tuple(name for text in texts for name in split_authors(text))


def read_newsml_g2(item: etree._Element) -> DownloadArticle:
    """Return the article of a `<newsItem>` of NewsML-G2; without text if it only links to it."""
    about, content = first_at(item, "itemMeta"), first_at(item, "contentMeta")
    inline = first_at(item, "contentSet", "inlineXML")
    inner = first_at(inline, "**", "nitf") if inline is not None else None
    # The title in the head of XHTML is not part of the text.
    body = first_at(inline, "**", "body") if inline is not None else None
    texts = tuple(paragraphs_below(inline if body is None else body))
    texts = read_nitf(inner).paragraphs if inner is not None else texts
    data = text_of(first_at(item, "contentSet", "inlineData"))
    provider = first_at(about, "provider")
    subjects = [
        text_at(s, "name") or attribute(s, "qcode") for s in elements_at(content, "subject")
    ]
    created = text_at(content, "contentCreated") or text_at(about, "firstCreated")
    names = texts_at(content, "creator", "name") or list(
        split_authors(text_at(content, "by") or "")
    )
    return DownloadArticle(
        title=text_at(content, "headline") or text_at(about, "title"),
        paragraphs=texts or ((data,) if data else ()),
        authors=tuple(names),
        published=created or text_at(about, "versionCreated"),
        publication=text_at(provider, "name") or attribute(provider, "literal"),
        description=text_at(content, "description"),
        language=attribute(first_at(content, "language"), "tag") or attribute(item, "lang"),
        keywords=tuple(texts_at(content, "keyword")),
        extra=_non_empty(
            guid=attribute(item, "guid"),
            version=attribute(item, "version"),
            version_created=text_at(about, "versionCreated"),
            item_class=attribute(first_at(about, "itemClass"), "qcode"),
            provider=attribute(provider, "qcode"),
            subjects=[subject for subject in subjects if subject],
            dateline=text_at(content, "dateline"),
            slugline=text_at(content, "slugline"),
            urgency=text_at(content, "urgency"),
            located=text_at(content, "located", "name"),
            credit=text_at(content, "creditline"),
            copyright=text_at(item, "rightsInfo", "copyrightNotice"),
        ),
    )


def read_newsml(item: etree._Element) -> DownloadArticle:
    """Return the article of a `<NewsItem>` of NewsML 1."""
    management = first_at(item, "NewsManagement")
    head = first_at(item, "**", "NewsLines")
    data = first_at(item, "**", "DataContent")
    inner = first_at(data, "**", "nitf") if data is not None else None
    texts = read_nitf(inner).paragraphs if inner is not None else tuple(paragraphs_below(data))
    identifier = first_at(item, "Identification", "NewsIdentifier")
    about = first_at(item, "**", "DescriptiveMetadata")
    provider = first_at(item, "**", "AdministrativeMetadata", "Provider", "Party")
    codes = [
        attribute(s, "FormalName") for s in elements_at(item, "**", "SubjectCode", "**", "Subject")
    ]
    return DownloadArticle(
        title=text_at(head, "HeadLine"),
        paragraphs=texts,
        authors=split_authors(text_at(head, "ByLine") or ""),
        published=iso_date(text_at(management, "FirstCreated")),
        publication=attribute(provider, "FormalName") or text_at(identifier, "ProviderId"),
        language=attribute(first_at(about, "Language"), "FormalName"),
        keywords=tuple(texts_at(head, "KeywordLine")),
        extra=_non_empty(
            item_id=text_at(identifier, "NewsItemId"),
            revision=text_at(identifier, "RevisionId"),
            revised=iso_date(text_at(management, "ThisRevisionCreated")),
            status=attribute(first_at(management, "Status"), "FormalName"),
            urgency=attribute(first_at(management, "Urgency"), "FormalName"),
            subtitle=text_at(head, "SubHeadLine"),
            slugline=text_at(head, "SlugLine"),
            dateline=text_at(head, "DateLine"),
            credit=text_at(head, "CreditLine"),
            copyright=text_at(head, "CopyrightLine"),
            subjects=[code for code in codes if code],
        ),
    )


def read_tei(item: etree._Element) -> DownloadArticle:
    """Return the article of a `<TEI>` element."""
    header = first_at(item, "teiHeader")
    file = first_at(header, "fileDesc")
    source = first_at(file, "sourceDesc")
    dates = [
        *elements_at(source, "**", "date"),
        *elements_at(file, "publicationStmt", "**", "date"),
    ]
    when = next((w for d in dates if (w := attribute(d, "when") or attribute(d, "when-iso"))), None)
    journals = [
        t for t in elements_at(source, "**", "title") if attribute(t, "level") in {"j", "s", "m"}
    ]
    articles = [t for t in elements_at(source, "**", "title") if attribute(t, "level") == "a"]
    body = first_at(item, "text", "body")
    return DownloadArticle(
        title=next((text for t in articles if (text := text_of(t))), None)
        or text_at(file, "titleStmt", "title"),
        paragraphs=tuple(paragraphs_below(body)),
        authors=tuple(texts_at(source, "**", "author") or texts_at(file, "titleStmt", "author")),
        published=when or next((text for d in dates if (text := text_of(d))), None),
        publication=next((text for t in journals if (text := text_of(t))), None),
        language=attribute(first_at(header, "profileDesc", "langUsage", "language"), "ident")
        or attribute(first_at(item, "text"), "lang")
        or attribute(item, "lang"),
        keywords=tuple(texts_at(header, "profileDesc", "textClass", "keywords", "**", "term")),
        extra=_non_empty(
            document_id=attribute(item, "id") or text_at(file, "publicationStmt", "idno"),
            publisher=text_at(file, "publicationStmt", "publisher"),
            page=text_at(source, "**", "biblScope"),
            category=attribute(first_at(header, "profileDesc", "textClass", "catRef"), "target"),
        ),
    )


def _non_empty(**values: Any) -> dict[str, Any]:
    """Return the values that are not empty, by name."""
    return {name: value for name, value in values.items() if value}


# The readers by the local name of the element; TEI.2 is the root of TEI P4.
ITEMS: dict[str, Callable[[etree._Element], DownloadArticle]] = {
    "nitf": read_nitf,
    "newsItem": read_newsml_g2,
    "NewsItem": read_newsml,
    "TEI": read_tei,
    "TEI.2": read_tei,
}


def read_item(element: etree._Element) -> DownloadArticle:
    """Return the article of an item of any of the formats, chosen by the name of its element."""
    return ITEMS[local_name(element)](element)
