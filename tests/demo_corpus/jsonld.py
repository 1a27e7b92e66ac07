"""JSON-LD as the publishers that use it write it."""

import json
from typing import Any

from tests.demo_corpus.story import Story

AGENCY = "Tessary Press Agency"


def structured_data(story: Story, url: str) -> str:
    """The content of the page's JSON-LD script; empty for sites that have none."""
    writer = {"courier": _courier, "skerrow": _skerrow, "bote": _bote}.get(story["site"])
    if writer is None:
        return ""
    written = json.dumps(writer(story, url), ensure_ascii=False, indent=1)
    if story["broken_jsonld"]:
        written = written.replace("\n  }\n ]", ",\n  },\n ]")
    return written


def _courier(story: Story, url: str) -> dict[str, Any]:
    root = "https://www.marrowbycourier.example"
    publisher = {"@type": "NewsMediaOrganization", "@id": f"{root}/#org", "name": "The Courier"}
    if story["template"] == "listing":
        page = {"@type": "CollectionPage", "@id": url, "name": story["title"]}
        return {"@context": "https://schema.org", "@graph": [publisher, page]}
    people = [
        {
            "@type": "Organization" if name == AGENCY else "Person",
            "@id": f"{root}/#author-{number}",
            "name": name,
        }
        for number, name in enumerate(story.listed("authors"), 1)
    ]
    article = {
        "@type": story["type"] or "NewsArticle",
        "@id": f"{url}#article",
        "headline": story["title"],
        "description": story["deck"],
        "author": [{"@id": person["@id"]} for person in people],
        "publisher": {"@id": f"{root}/#org"},
        "datePublished": story["published"],
        "dateModified": story["modified"] or story["published"],
        "articleSection": story["section"],
        "keywords": story.listed("keywords"),
        "image": {"@type": "ImageObject", "caption": story["caption"]},
        "isAccessibleForFree": not story["paywall"],
    }
    return {"@context": "https://schema.org", "@graph": [publisher, *people, article]}


def _skerrow(story: Story, url: str) -> dict[str, Any]:
    root = "https://skerrownotes.example"
    author = story["authors"]
    person = f"{root}/#/schema/person/{len(author):08x}"
    article = {
        "@type": ["Article", "BlogPosting"],
        "@id": f"{url}#article",
        "isPartOf": {"@id": url},
        "author": {"name": author, "@id": person},
        "headline": story["title"],
        "datePublished": story["published"],
        "dateModified": story["modified"] or story["published"],
        "mainEntityOfPage": {"@id": url},
        "publisher": {"@id": f"{root}/#organization"},
        "keywords": story.listed("keywords"),
        "articleSection": [story["section"]],
        "inLanguage": "en-GB",
    }
    page = {
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": f"{story['title']} – Skerrow Notes",
        "isPartOf": {"@id": f"{root}/#website"},
        "datePublished": story["published"],
    }
    site = {"@type": "WebSite", "@id": f"{root}/#website", "url": root, "name": "Skerrow Notes"}
    house = {"@type": "Organization", "@id": f"{root}/#organization", "name": "Skerrow Notes"}
    writer = {"@type": "Person", "@id": person, "name": author}
    return {"@context": "https://schema.org", "@graph": [article, page, site, house, writer]}


def _bote(story: Story, url: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": story["title"],
        "alternativeHeadline": story["kicker"],
        "description": story["deck"],
        "inLanguage": "de",
        "datePublished": story["published"],
        "dateModified": story["modified"] or story["published"],
        "author": [{"@type": "Person", "name": name} for name in story.listed("authors")],
        "publisher": {"@type": "Organization", "name": "Hohenlisker Bote"},
        "keywords": ", ".join(story.listed("keywords")),
    }
