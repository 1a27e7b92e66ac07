"""Keywords as the page declares them, one each."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

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
# `Subject: Courts`; the keys that name a topic.
PAIR = re.compile(r"(?P<key>[A-Z][\w ]{1,20}):\s?(?P<value>\S.*)")
TOPIC_KEYS = frozenset({"subject", "topic", "tag", "keyword"})
LEAST_CODES = 4
NAMED_TOPICS = ", ".join(
    f'[class*="{name}" i] a[href]'
    for name in ("articletag", "topics", "keywords", "tag-list", "tags")
)
LABEL = re.compile(
    r"(?:(?:more|read more|learn more|mehr(?: lesen)?|weitere artikel) (?:on|about|über|zu|zum"
    r" thema|zu diesen themen)|(?:related |article )?(?:topics?|tags|keywords)|themen"
    r"|verwandte themen|schlagw(?:orte|örter)|stichwörter|mots[- ]clés|sujets|thèmes|temas"
    r"|etiquetas|argomenti"
    r"|onderwerpen|emner|ämnen|теги|темы|関連キーワード|関連トピック|標籤|标签)\s?[:：]?",
    re.IGNORECASE,
)
OF_THE_LIST = re.compile(
    r"(?:see |show |view )?(?:all|more)(?: (?:topics|tags))?|alle (?:themen|tags)|themen bearbeiten"
    r"|mehr(?: themen)?|edit|tous les sujets|todos los temas",
    re.IGNORECASE,
)
LABEL_NODES = 10_000
LONGEST_LABEL = 80  # with the white space around it
LABEL_REACH = 6
LONGEST_BLOCK = 600


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
    yield _without_codes(split_keywords(strings((evidence.article or {}).get("keywords"))))
    later: list[str] = []
    for name in META_KEYWORDS_AFTER_JSONLD:
        keywords = split_keywords(elements.meta(name))
        # A list with the site's name in it is often the same on all of its pages.
        if any(fold(keyword) in evidence.sites for keyword in keywords):
            later = later or keywords
        else:
            yield _without_codes(keywords)
    yield _topics(elements)
    if evidence.article is not None:  # the dear part, for pages that are declared as stories
        yield _named_topics(elements)
        yield _topics_below_label(elements)
    yield later


def _without_codes(keywords: list[str]) -> list[str]:
    """The words of a list; () of one that is mostly codes, and topics only of `Subject: Topic`.

    Newsrooms declare codes of their systems, and pairs for their statistics, as keywords.
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
    return _texts(_first_group(elements, own))


def _named_topics(elements: Elements) -> list[str]:
    """Links in elements whose class says tags or topics."""
    links = elements.body.css(NAMED_TOPICS)[:MOST_KEYWORDS] if elements.body is not None else []
    return _texts(Marked(link, {}) for link in links if _is_own_topic(elements, link))


def _topics_below_label(elements: Elements) -> list[str]:
    """The links of the block that follows a label such as "Read more about"."""
    if elements.body is None or not any(map(LABEL.match, elements.outline.texts)):
        return []
    for node in islice(elements.body.traverse(include_text=True), LABEL_NODES):
        raw = node.text_content if node.is_text_node else None
        if raw and len(raw) <= LONGEST_LABEL and LABEL.fullmatch(raw.strip()):
            block = _block_with_links(node)
            links = block.css("a[href]")[:MOST_KEYWORDS] if block is not None else []
            if found := _texts(Marked(link, {}) for link in links):
                return found
    return []


def _block_with_links(label: LexborNode) -> LexborNode | None:
    """The nearest element around a label that holds links, unless it is a long text."""
    block = label.parent
    for _ in range(LABEL_REACH):
        if block is None or block.tag in {"body", "main", "article", "a"}:
            return None
        if block.css_first("a[href]") is not None:
            return block if len(block.text()) < LONGEST_BLOCK else None
        block = block.parent
    return None


def _texts(marks: Iterable[Marked]) -> list[str]:
    texts = [inner_text(mark.node) for mark in marks]
    return [
        text
        for text in texts
        if text and len(text) <= LONGEST_TOPIC and not OF_THE_LIST.fullmatch(text)
    ]


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
