"""Reads the keywords of a page from its declarations and from its links to topics."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

from tasks.process.metadata.elements import Elements, MarkedElement
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import strings
from tasks.process.metadata.names.people import distinct, fold
from tasks.process.metadata.sources import META_KEYWORDS, META_KEYWORDS_AFTER_JSONLD
from tasks.web.plain import inner_text, plain

MOST_KEYWORDS = 50
LONGEST_KEYWORD = 100
LONGEST_TOPIC = 60
# Links to topics with more elements between them are two groups.
WIDEST_GAP = 30
_SPLIT = re.compile(r"\s*[,;،、]\s*|\s+\|\s+")
# A string of more words without a comma is a sentence or a bag of words, not a list.
MOST_WORDS = 5
# Pairs such as `Subject: Courts`, and the keys whose values are topics.
PAIR = re.compile(r"(?P<key>[A-Z][\w ]{1,20}):\s?(?P<value>\S.*)")
TOPIC_KEYS = frozenset({"subject", "topic", "tag", "keyword"})
LEAST_CODES = 4  # a shorter list of words in capitals may be names such as NATO
TOPIC_BOXES = ", ".join(
    f'[class*="{name}" i]' for name in ("articletag", "topics", "keywords", "tag-list", "tags")
)
LABEL = re.compile(
    r"(?:(?:more|read more|learn more|mehr(?: lesen)?|weitere artikel) (?:on|about|über|zu|zum"
    r" thema|zu diesen themen)|(?:related |article )?(?:topics?|tags|keywords)|themen"
    r"|verwandte themen|schlagw(?:orte|örter)|stichwörter|mots[- ]clés|sujets|thèmes|temas"
    r"|etiquetas|argomenti"
    r"|onderwerpen|emner|ämnen|теги|темы|関連キーワード|関連トピック|標籤|标签)\s?[:：]?",
    re.IGNORECASE,
)
# Links that belong to the list of topics itself, such as "All topics".
LIST_CONTROLS = re.compile(
    r"(?:see |show |view )?(?:all|more)(?: (?:topics|tags))?|alle (?:themen|tags)|themen bearbeiten"
    r"|mehr(?: themen)?|edit|tous les sujets|todos los temas",
    re.IGNORECASE,
)
LABEL_NODES = 10_000
_LONGEST_LABEL = 80  # characters, with the white space around the label
LABEL_REACH = 6
LONGEST_BLOCK = 600


def read_keywords(evidence: PageEvidence) -> tuple[str, ...]:
    """Return the keywords from the first source that has any, each once.

    The order is `news_keywords`, JSON-LD, `article:tag`, other metas, then links to topics.
    """
    for found in _by_source(evidence):
        if keywords := distinct(found)[:MOST_KEYWORDS]:
            return tuple(keywords)
    return ()


def _by_source(evidence: PageEvidence) -> Iterator[Iterable[str]]:
    """Yield the keywords of each source, the best source first."""
    elements = evidence.elements
    for name in META_KEYWORDS:
        yield split_keywords(elements.meta(name))
    yield _without_codes(split_keywords(strings((evidence.article or {}).get("keywords"))))
    later: list[str] = []
    for name in META_KEYWORDS_AFTER_JSONLD:
        keywords = split_keywords(elements.meta(name))
        # A list with the site's name in it is often the same on all of its pages, so it comes last.
        if any(fold(keyword) in evidence.sites for keyword in keywords):
            later = later or keywords
        else:
            yield _without_codes(keywords)
    yield _topics(elements)
    # Searching the page takes long, so it is done only for pages that are declared as articles.
    if evidence.article is not None:
        yield _named_topics(elements)
        yield _topics_below_label(elements)
    yield later


def _without_codes(keywords: list[str]) -> list[str]:
    """Return the keywords that are words: newsrooms also declare codes and pairs as keywords.

    A list that is mostly codes of their systems gives none. A list that is mostly pairs such as
    `Subject: Courts`, made for statistics, gives the values that are topics.
    """
    if sum(map(_is_code, keywords)) > len(keywords) / 2 and len(keywords) >= LEAST_CODES:
        return []
    pairs = [PAIR.match(keyword) for keyword in keywords]
    if sum(pair is not None for pair in pairs) <= len(keywords) / 2:
        return keywords
    named = [pair for pair in pairs if pair and pair["key"].lower() in TOPIC_KEYS]
    return [pair["value"] for pair in named]


def _is_code(keyword: str) -> bool:
    return keyword.isascii() and keyword.isupper() and " " not in keyword


def split_keywords(values: Iterable[str]) -> list[str]:
    """Return the keywords in lists with separators.

    Entities are resolved before splitting, because they contain semicolons.
    """
    found: list[str] = []
    for value in values:
        text = plain(value)
        parts = [part.strip(" \"'") for part in _SPLIT.split(text)]
        if len(parts) == 1 and len(text.split()) > MOST_WORDS:
            continue
        found.extend(part for part in parts if len(part) <= LONGEST_KEYWORD and not part.isdigit())
    return [part for part in found if part]


def _topics(elements: Elements) -> list[str]:
    """Return the texts of the links to topics below the headline.

    Links with `rel=tag` are preferred. Among others, only the first group counts, and no link in a
    paragraph: groups further down belong to other articles, and a link in a paragraph is part of
    its text.
    """
    if not elements.topics:
        return []
    start = elements.headline_position
    below = [mark for mark in elements.topics if elements.position(mark.node) > start]
    tagged = [mark for mark in below if "tag" in (mark.attributes.get("rel") or "").split()]
    own = tagged or [mark for mark in below if _is_own_topic(elements, mark.node)]
    return _texts(_first_group(elements, own))


def _named_topics(elements: Elements) -> list[str]:
    """Return the texts of the links in elements whose class names tags or topics."""
    # The boxes first: a query such as `[class*="tags" i] a[href]` looks at all ancestors of each
    # link, which takes 1.7 times as long.
    boxes = elements.root.css(TOPIC_BOXES) if elements.root is not None else []
    links = {link.mem_id: link for box in boxes for link in box.css("a[href]") if link != box}
    own = islice(links.values(), MOST_KEYWORDS)
    return _texts(MarkedElement(link, {}) for link in own if _is_own_topic(elements, link))


def _topics_below_label(elements: Elements) -> list[str]:
    """Return the texts of the links in the block around a label such as "Read more about"."""
    if elements.body is None or not any(map(LABEL.match, elements.outline.texts)):
        return []
    for node in islice(elements.body.traverse(include_text=True), LABEL_NODES):
        raw = node.text_content if node.is_text_node else None
        if raw and len(raw) <= _LONGEST_LABEL and LABEL.fullmatch(raw.strip()):
            block = _block_with_links(node)
            links = block.css("a[href]")[:MOST_KEYWORDS] if block is not None else []
            if found := _texts(MarkedElement(link, {}) for link in links):
                return found
    return []


def _block_with_links(label: LexborNode) -> LexborNode | None:
    """Return the nearest element around a label that holds links, unless it is a long text."""
    block = label.parent
    for _ in range(LABEL_REACH):
        if block is None or block.tag in {"body", "main", "article", "a"}:
            return None
        if block.css_first("a[href]") is not None:
            return block if len(block.text()) < LONGEST_BLOCK else None
        block = block.parent
    return None


def _texts(marks: Iterable[MarkedElement]) -> list[str]:
    texts = [inner_text(mark.node) for mark in marks]
    return [
        text
        for text in texts
        if text and len(text) <= LONGEST_TOPIC and not LIST_CONTROLS.fullmatch(text)
    ]


def _first_group(elements: Elements, marks: list[MarkedElement]) -> list[MarkedElement]:
    """Return the links up to the first wide gap in the document."""
    places = [elements.position(mark.node) for mark in marks]
    for index in range(1, len(marks)):
        if places[index] - places[index - 1] > WIDEST_GAP:
            return marks[:index]
    return marks


def _is_own_topic(elements: Elements, link: LexborNode) -> bool:
    return not _is_in_paragraph(link) and not elements.is_outside_article(link)


def _is_in_paragraph(node: LexborNode) -> bool:
    parent = node.parent
    for _ in range(4):
        if parent is None:
            return False
        if parent.tag == "p":
            return True
        parent = parent.parent
    return False
