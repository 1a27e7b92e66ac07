"""Recognises authors, dates, topics and sidebars by an element's names and a link's address.

The names of an element are its class, id, rel and similar attributes.
"""

import re
from functools import lru_cache

from selectolax.lexbor import LexborNode

# Names of elements that may hold an author, or a date. The patterns have no groups and word
# boundaries, because these make a search four times slower.
AUTHOR_HINT = re.compile(
    r"autho|byline|by-line|autor|auteur|verfasser|writer|contributor|journalist|redakt|firma"
    r"|reporter|dc:creator"
)
DATE_HINT = re.compile(
    r"date|time|publi|posted|datum|fecha|veroeff|entry-meta|post-meta|article-meta|stamp|pubinfo"
    r"|created|modified"
)
ANY_HINT = re.compile(f"{AUTHOR_HINT.pattern}|{DATE_HINT.pattern}")
# Addresses of pages about an author or about a topic; the text of such a link is the name.
AUTHOR_OR_TOPIC_LINK = re.compile(
    r"/(?:(?P<author>authors?|autor(?:en|es|i)?|auteurs?|autore|people|staff|journalists?|profile"
    r"|writers?|contributors?|redaktion|reporters?|by)"
    r"|(?P<topic>thema|themen|topics?|tags?|tema|temas|sujets?|hashtag|label))/[^/?#]"
)
SIDE_HINT = re.compile(
    r"related|recommend|comment|sidebar|widget|trending|popular|most-read|mostread|newsletter"
    r"|promo(?!t)|teaser|read-?more|read-?next|also-?like|recirc|more-from|advert|\bcards?\b"
    r"|(?<!entry-)(?<!post-)(?<!article-)\bfooter\b"
)
ASIDE_OF_ARTICLE = re.compile(r"\bmeta|byline|\binfo")
SIDE_TAGS = frozenset({"nav", "aside", "footer"})
# Attributes whose values are names of an element.
NAMING = ("rel", "class", "id", "itemprop", "property", "data-testid")
# Bits of the hints that the names of an element give.
AUTHOR, DATE = 1, 2


def is_side_block(node: LexborNode) -> bool:
    """Return whether an element's tag or names say that it is not part of the article."""
    if node.tag in SIDE_TAGS and not _is_part_of_article(node):
        return True
    names = names_of(node.attributes)
    return bool(names) and _is_side_name(names)


@lru_cache(maxsize=50_000)
def _is_side_name(names: str) -> bool:
    return bool(SIDE_HINT.search(names))


def _is_part_of_article(node: LexborNode) -> bool:
    """Return whether a footer or an aside holds the byline of an `<article>`.

    A footer does if it lies within an article; an aside must also be named like one.
    """
    is_byline = node.tag == "footer" or ASIDE_OF_ARTICLE.search(names_of(node.attributes))
    ancestor = node.parent if is_byline and node.tag != "nav" else None
    while ancestor is not None:
        if ancestor.tag == "article":
            return True
        ancestor = ancestor.parent
    return False


def names_of(attributes: dict[str, str | None]) -> str:
    """Return the names of an element, joined, in lower case, up to 300 characters."""
    names = [name for key in NAMING if (name := attributes.get(key))]
    return " ".join(names)[:300].lower()


def name_hints(attributes: dict[str, str | None]) -> int:
    """Return the AUTHOR and DATE bits of an element."""
    hints = 0
    for key, value in attributes.items():
        if key in NAMING and value:
            hints |= _hints(value)
    return hints


@lru_cache(maxsize=50_000)
def _hints(names: str) -> int:
    """Return the AUTHOR and DATE bits of a name, cached: pages repeat names a hundred times."""
    names = names[:300].lower()
    if not ANY_HINT.search(names):
        return 0
    by_author = AUTHOR if AUTHOR_HINT.search(names) else 0
    return by_author | (DATE if DATE_HINT.search(names) else 0)
