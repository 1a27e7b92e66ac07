"""Reads what a page declares about its site: name, canonical address and language."""

import re
from urllib.parse import urlsplit

from tasks.process.metadata.elements import Elements
from tasks.process.metadata.jsonld import JsonLd, Node, first_string, types_of
from tasks.process.metadata.names.people import fold
from tasks.process.metadata.sources import META_LANGUAGE, META_SITE
from tasks.web.plain import plain
from tasks.web.urls import absolute_url, registered_domain

LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_]|$)")


def canonical_url(elements: Elements, url: str | None) -> str | None:
    """Return the declared canonical address made absolute; `og:url` if no link declares one."""
    for rel, attributes in elements.links:
        if "canonical" in rel.split():
            return absolute_url(attributes.get("href"), url)
    return next((absolute_url(value, url) for value in elements.meta("og:url")), None)


def site_name(elements: Elements, jsonld: JsonLd, article: Node | None) -> str | None:
    """Return the name of the site as a meta, the JSON-LD publisher or a `WebSite` node gives it."""
    for content in elements.meta(*META_SITE):
        if name := plain(content, 100):
            return name
    publisher = jsonld.resolve((article or {}).get("publisher"))
    if name := first_string(publisher):
        return name
    for node in jsonld.nodes:
        if "WebSite" in types_of(node) and (name := first_string(node.get("name"))):
            return name
    return None


def site_words(
    elements: Elements, jsonld: JsonLd, article: Node | None, url: str | None
) -> frozenset[str]:
    """Return the names of the site and the words of its host, folded.

    They are used to recognise the site's name in titles and bylines.
    """
    names = [
        *elements.meta(*META_SITE),
        first_string(jsonld.resolve((article or {}).get("publisher"))),
    ]
    for node in jsonld.nodes:
        if {"WebSite", "Organization", "NewsMediaOrganization"} & set(types_of(node)):
            names += [first_string(node.get("name")), first_string(node.get("alternateName"))]
    # Titles may also end in "courier.example", in "courier" or in the name of a subdomain.
    domain = registered_domain(url) or ""
    host = urlsplit(url).hostname or "" if domain and url else ""
    names += [domain, domain.split(".")[0], host, host.split(".")[0] if host.count(".") > 1 else ""]
    return frozenset(fold(plain(name, 100)) for name in names) - {"", "www"}


def declared_language(elements: Elements, article: Node | None) -> str | None:
    """Return the primary subtag that the markup declares; `language` decides whether it is used."""
    values = [elements.language, *elements.meta(*META_LANGUAGE)]
    values.append(first_string((article or {}).get("inLanguage")))
    return next((subtag for value in values if (subtag := primary_subtag(value))), None)


def primary_subtag(tag: str | None) -> str | None:
    """Return `en` for `en-GB`; None for a text that is not a language tag."""
    match = LANGUAGE.match((tag or "").strip())
    return match[1].lower() if match else None
