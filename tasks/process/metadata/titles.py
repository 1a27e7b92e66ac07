"""The headline as printed, without the site's name, chosen among what the page offers."""

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from tasks.process.metadata.element_names import is_side_block, names_of
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import is_news, path_of
from tasks.process.metadata.names import fold
from tasks.process.metadata.plain import inner_text, plain
from tasks.process.metadata.sources import META_TITLE
from tasks.process.metadata.visible import likeness, printed_title
from tasks.process.metadata.written_dates import find_dates

SEPARATOR = re.compile(r"\s+[|•·–—:/-]+\s+|\s*[|]\s*|\s+»\s+|\s+::\s+|:\s+")
ARTICLE = re.compile(r"^(?:the|der|die|das|la|le|les|el|los|il|de|het)\s+", re.IGNORECASE)
# What stands behind a bar is a section or the site, declared or not, if it is the shorter part.
BAR = re.compile(r"\s+[|｜]\s+")
LEAST_BEFORE_BAR = 15
# Words of a headline's own element that are none of the headline.
KICKER = re.compile(
    r"kicker|overline|eyebrow|roofline|dachzeile|spitzmarke|surtitle|supertitle|topline|pretitle"
)
LONGEST_TITLE = 500
COLONS = (":", "\uff1a")
BY_START = re.compile(r"(?:by|von|par|por|di|door|av|af)\s", re.IGNORECASE)
LONGEST_HEADING = 180
LEAST_LIKENESS = 0.2
MOST_HEADINGS = 20  # lists of cards have more
SAME = 0.9


def read_title(evidence: PageEvidence) -> str | None:
    """A newsroom's JSON-LD headline, else the likeliest h1, else meta and `<title>`."""
    title = _chosen_title(evidence)
    return _with_rest(evidence, title) if title and title.endswith(COLONS) else title


def _with_rest(evidence: PageEvidence, title: str) -> str:
    """Return a title that ends in a colon, its kicker's, with the rest of the headline.

    Another title may have the whole of it; else the rest stands in the element that follows.
    """
    declared = [text for text in _declared(evidence) if text]
    begun = fold(title)
    longer = [
        t
        for t in (*declared, _headline(evidence))
        if fold(t).startswith(begun) and fold(t) != begun
    ]
    if longer:
        return min(longer, key=len)
    lines = [line for line in evidence.lines if line.distance == 0]
    rest = lines[0].text if lines else ""
    is_fit = 0 < len(rest) <= LONGEST_HEADING and not next(find_dates(rest, evidence.reading), None)
    return f"{title} {rest}" if is_fit and not BY_START.match(rest) else title


def _chosen_title(evidence: PageEvidence) -> str | None:
    headline = _headline(evidence)
    declared = [t for t in _declared(evidence) if t]
    headings = list(_headings(evidence, declared))
    is_newsroom = evidence.article is not None and is_news(evidence.article)
    if headline and is_newsroom and not _is_description(headline, declared):
        return _without_kicker(headline, headings, declared)
    best = _likeliest(headings, [*declared, headline] if headline else declared)
    return (
        _declared_subheading(evidence, best, declared)
        or best
        or headline
        or _first_declared(evidence, declared)
    )


def title_candidates(evidence: PageEvidence) -> Iterator[tuple[str, str]]:
    """Every title that is weighed: its place, such as `meta[og:title]` or `h1`, and its text."""
    declared = [title for title in _declared(evidence) if title]
    if headline := _headline(evidence):
        yield "jsonld[headline]", headline
    yield from _placed(evidence)
    for heading in _headings(evidence, declared):
        yield "h1", heading


def _declared_subheading(
    evidence: PageEvidence, best: str | None, declared: list[str]
) -> str | None:
    """An h2 that is a declared title, where the h1 is none: that one is a part of the story."""
    words = {fold(title) for title in declared}
    if not best or fold(best) in words:
        return None
    texts = (inner_text(mark.node) for mark in evidence.elements.subheadings)
    return next((text for text in texts if fold(text) in words), None)


def _without_kicker(headline: str, headings: list[str], declared: list[str]) -> str:
    """A JSON-LD headline, or its end where that alone is what both the h1 and a meta say."""
    both = [h for h in headings if fold(h) in {fold(title) for title in declared}]
    return next((h for h in both if fold(headline).endswith(fold(h))), headline)


def _first_declared(evidence: PageEvidence, declared: list[str]) -> str | None:
    """Meta or `<title>`; of the latter the part that the page prints, if there is nothing else."""
    if len(declared) == 1 and not evidence.elements.headings:
        node = printed_title(evidence.elements)
        return plain(node.text_content, LONGEST_TITLE) if node is not None else declared[0]
    return next(iter(declared), None)


def strip_site(title: str, sites: frozenset[str]) -> str:
    """The title without leading or trailing parts that are the site's name or a section."""
    for _ in range(3):
        cuts = list(SEPARATOR.finditer(title))
        if not cuts:
            return title
        last, first = cuts[-1], cuts[0]
        if _is_site(title[last.end() :], sites):
            title = title[: last.start()].rstrip()
        elif _is_site(title[: first.start()], sites):
            title = title[first.end() :].lstrip()
        else:
            break
    return _before_bar(title)


def _before_bar(title: str) -> str:
    head, *rest = BAR.split(title)
    long_enough = len(head) >= LEAST_BEFORE_BAR and all(len(part) < len(head) for part in rest)
    return head if long_enough and len(rest) <= 2 else title


def _is_site(part: str, sites: frozenset[str]) -> bool:
    letters = fold(part)
    if not letters:
        return True
    if letters in sites or fold(ARTICLE.sub("", part.strip())) in sites:
        return True
    return len(letters) > 3 and fold(part.split(".")[0]) in sites


def _headline(evidence: PageEvidence) -> str:
    if evidence.article is None:
        return ""
    raw = evidence.article.get("headline") or evidence.article.get("name")
    if isinstance(raw, list):
        raw = raw[0] if raw else ""
    return strip_site(plain(raw, LONGEST_TITLE), evidence.sites)


def _declared(evidence: PageEvidence) -> Iterator[str]:
    return (text for _, text in _placed(evidence))


def _placed(evidence: PageEvidence) -> Iterator[tuple[str, str]]:
    """Titles of metas and of `<title>`, each with its place."""
    for name in META_TITLE:
        for content in evidence.elements.meta(name):
            yield f"meta[{name}]", strip_site(plain(content, LONGEST_TITLE), evidence.sites)
    yield "title", strip_site(evidence.elements.title, evidence.sites)


def _headings(evidence: PageEvidence, declared: list[str]) -> Iterator[str]:
    for mark in evidence.elements.headings[:MOST_HEADINGS]:
        if is_side_block(mark.node) or _leads_elsewhere(mark.node, evidence.url):
            continue
        text = strip_site(inner_text(mark.node, _beside_headline(mark.node)), evidence.sites)
        is_fit = len(text) <= LONGEST_HEADING or any(likeness(text, t) > SAME for t in declared)
        if text and is_fit and fold(text) not in evidence.sites:
            yield text


def _leads_elsewhere(heading: LexborNode, url: str | None) -> bool:
    """Whether a heading is a link to the front page or to another story: a logo, or a card."""
    link = heading.css_first("a[href]")
    if link is None and heading.parent is not None and heading.parent.tag == "a":
        link = heading.parent
    href = (link.attributes.get("href") or "") if link is not None else ""
    if not url or not href or href[0] in "#?" or ":" in href[:11].partition("/")[0][:-1]:
        return False
    text = inner_text(link) if link is not None else ""
    is_all = len(text) > len(inner_text(heading)) * 2 / 3
    return is_all and path_of(href) != path_of(url)


def _beside_headline(heading: LexborNode) -> frozenset[int]:
    """Elements of a heading that hold its kicker, a date, or what only looks like text."""
    found = heading.css("[class], time, [aria-hidden]")
    beside = [node for node in found if node.mem_id != heading.mem_id and _is_no_headline(node)]
    return frozenset(below.mem_id for node in beside for below in node.traverse())


def _is_no_headline(node: LexborNode) -> bool:
    is_hidden = node.tag == "time" or node.attributes.get("aria-hidden") == "true"
    return is_hidden or KICKER.search(names_of(node.attributes)) is not None


def _is_description(headline: str, declared: Iterable[str]) -> bool:
    """Whether a JSON-LD headline is much longer than, and unlike, every other title."""
    others = list(declared)
    if len(headline) < 120 or not others:
        return False
    return all(likeness(headline, other) < 0.4 for other in others)


def _likeliest(headings: list[str], others: list[str]) -> str | None:
    """The heading that is most like another title; None if none of them resembles any."""
    if not headings:
        return None
    scored = [max((likeness(h, other) for other in others), default=0.0) for h in headings]
    best = max(scored)
    if others and best < (LEAST_LIKENESS if len(headings) > 1 else 0.01):
        return None
    return headings[scored.index(best)]
