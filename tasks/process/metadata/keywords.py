"""Keywords as the page declares them, one each."""

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from tasks.process.metadata.elements import Elements, Marked
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import strings
from tasks.process.metadata.names import distinct, fold
from tasks.process.metadata.plain import inner_text, plain
from tasks.process.metadata.sources import META_KEYWORDS, META_KEYWORDS_AFTER_JSONLD

MOST_KEYWORDS = 50
LONGEST_KEYWORD = 100
LONGEST_TOPIC = 60
# Links to topics that stand further apart, in elements, are two groups.
WIDEST_GAP = 30
SPLIT = re.compile(r"\s*[,;،、]\s*|\s+\|\s+")
# A string of so many words without a comma is a sentence or a bag of words, not a list.
MOST_WORDS = 5


def read_keywords(evidence: PageEvidence) -> tuple[str, ...]:
    """The first of: `news_keywords`, JSON-LD, `article:tag`, other metas, links to topics."""
    for found in _by_source(evidence):
        if keywords := distinct(found)[:MOST_KEYWORDS]:
            return tuple(keywords)
    return ()


def _by_source(evidence: PageEvidence) -> Iterator[Iterable[str]]:
    elements = evidence.elements
    for name in META_KEYWORDS:
        yield split_keywords(elements.meta(name))
    yield split_keywords(strings((evidence.article or {}).get("keywords")))
    later: list[str] = []
    for name in META_KEYWORDS_AFTER_JSONLD:
        keywords = split_keywords(elements.meta(name))
        # A list with the site's name in it is often the same on all of its pages.
        if any(fold(keyword) in evidence.sites for keyword in keywords):
            later = later or keywords
        else:
            yield keywords
    yield _topics(elements)
    yield later


def split_keywords(values: Iterable[str]) -> list[str]:
    """Lists of keywords taken apart; entities are resolved first, they contain semicolons."""
    found: list[str] = []
    for value in values:
        text = plain(value)
        parts = [part.strip(" \"'") for part in SPLIT.split(text)]
        if len(parts) == 1 and len(text.split()) > MOST_WORDS:
            continue
        found.extend(part for part in parts if len(part) <= LONGEST_KEYWORD and not part.isdigit())
    return [part for part in found if part]


def _topics(elements: Elements) -> list[str]:
    """Names of the links to topics below the headline: `rel=tag` ones, else the first group.

    Links within a paragraph are its words; a group further down belongs to other articles.
    """
    if not elements.topics:
        return []
    start = elements.start
    below = [mark for mark in elements.topics if elements.position(mark.node) > start]
    tagged = [mark for mark in below if "tag" in (mark.attributes.get("rel") or "").split()]
    own = tagged or [mark for mark in below if _is_own_topic(elements, mark.node)]
    texts = [inner_text(mark.node) for mark in _first_group(elements, own)]
    return [text for text in texts if text and len(text) <= LONGEST_TOPIC]


def _first_group(elements: Elements, marks: list[Marked]) -> list[Marked]:
    places = [elements.position(mark.node) for mark in marks]
    for index in range(1, len(marks)):
        if places[index] - places[index - 1] > WIDEST_GAP:
            return marks[:index]
    return marks


def _is_own_topic(elements: Elements, link: LexborNode) -> bool:
    return not _is_in_paragraph(link) and not elements.is_beside(link)


def _is_in_paragraph(node: LexborNode) -> bool:
    parent = node.parent
    for _ in range(4):
        if parent is None:
            return False
        if parent.tag == "p":
            return True
        parent = parent.parent
    return False
