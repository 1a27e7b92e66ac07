"""Chooses the headline of a page as printed, without the site's name."""

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from tasks.process.metadata.dates.written import find_dates
from tasks.process.metadata.element_names import is_side_block, names_of
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import is_news, node_path
from tasks.process.metadata.names.people import fold
from tasks.process.metadata.sources import META_TITLE
from tasks.process.metadata.visible import likeness, printed_title
from tasks.web.plain import inner_text, plain

SEPARATOR = re.compile(r"\s+[|•·–—:/-]+\s+|\s*[|]\s*|\s+»\s+|\s+::\s+|:\s+")
_ARTICLE = re.compile(r"^(?:the|der|die|das|la|le|les|el|los|il|de|het)\s+", re.IGNORECASE)
# The text after a bar is a section or the site, declared or not, if it is the shorter part.
BAR = re.compile(r"\s+[|｜]\s+")
LEAST_BEFORE_BAR = 15
# Class names of elements within a heading that are not part of the headline.
_KICKER = re.compile(
    r"kicker|overline|eyebrow|roofline|dachzeile|spitzmarke|surtitle|supertitle|topline|pretitle"
)
LONGEST_TITLE = 500
COLONS = (":", "\uff1a")
_BY_START = re.compile(r"(?:by|von|par|por|di|door|av|af)\s", re.IGNORECASE)
_LONGEST_HEADING = 180
LEAST_LIKENESS = 0.2  # a heading among several that is less like every declared title is not used
MOST_HEADINGS = 20  # only pages with lists of cards have more
SAME = 0.9  # a long heading is accepted if it is so much like a declared title


def read_title(evidence: PageEvidence) -> str | None:
    """Return the JSON-LD headline of a newsroom, else the best h1, else a meta or `<title>`."""
    title = _chosen_title(evidence)
    return _with_rest(evidence, title) if title and title.endswith(COLONS) else title


def _with_rest(evidence: PageEvidence, title: str) -> str:
    """Return the whole headline for a title that is only its kicker and ends in a colon.

    A declared title may begin with the kicker and have the rest; otherwise the rest is looked for
    in the line that follows the heading.
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
    is_fit = 0 < len(rest) <= _LONGEST_HEADING and not next(
        find_dates(rest, evidence.reading), None
    )
    return f"{title} {rest}" if is_fit and not _BY_START.match(rest) else title


def _chosen_title(evidence: PageEvidence) -> str | None:
    """Return the title by the order of sources; it may be a kicker alone."""
    headline = _headline(evidence)
    declared = [t for t in _declared(evidence) if t]
    headings = list(_headings(evidence, declared))
    is_newsroom = evidence.article is not None and is_news(evidence.article)
    # Systems of newsrooms write the headline into JSON-LD. SEO plug-ins copy `<title>`, so their
    # JSON-LD is only one of the texts that a heading is compared with.
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
    """Yield every title that is considered: its place, `h1` or `meta[og:title]`, and its text."""
    declared = [title for title in _declared(evidence) if title]
    if headline := _headline(evidence):
        yield "jsonld[headline]", headline
    yield from _declared_with_places(evidence)
    for heading in _headings(evidence, declared):
        yield "h1", heading


def _declared_subheading(
    evidence: PageEvidence, best: str | None, declared: list[str]
) -> str | None:
    """Return an h2 that equals a declared title, if the best h1 does not.

    On such pages the h1 is the name of a section or a part of the story.
    """
    words = {fold(title) for title in declared}
    if not best or fold(best) in words:
        return None
    texts = (inner_text(mark.node) for mark in evidence.elements.subheadings)
    return next((text for text in texts if fold(text) in words), None)


def _without_kicker(headline: str, headings: list[str], declared: list[str]) -> str:
    """Return a JSON-LD headline without its kicker.

    The headline has a kicker if both the h1 and a declared title equal the end of it.
    """
    both = [h for h in headings if fold(h) in {fold(title) for title in declared}]
    return next((h for h in both if fold(headline).endswith(fold(h))), headline)


def _first_declared(evidence: PageEvidence, declared: list[str]) -> str | None:
    """Return the first declared title; if it is `<title>` alone, the part of it that is printed."""
    if len(declared) == 1 and not evidence.elements.headings:
        node = printed_title(evidence.elements)
        return plain(node.text_content, LONGEST_TITLE) if node is not None else declared[0]
    return next(iter(declared), None)


def strip_site(title: str, sites: frozenset[str]) -> str:
    """Return the title without leading or trailing parts that are the site's name or a section."""
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
    if letters in sites or fold(_ARTICLE.sub("", part.strip())) in sites:
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
    return (text for _, text in _declared_with_places(evidence))


def _declared_with_places(evidence: PageEvidence) -> Iterator[tuple[str, str]]:
    """Yield the titles of metas and of `<title>`, each with its place."""
    for name in META_TITLE:
        for content in evidence.elements.meta(name):
            yield f"meta[{name}]", strip_site(plain(content, LONGEST_TITLE), evidence.sites)
    yield "title", strip_site(evidence.elements.title, evidence.sites)


def _headings(evidence: PageEvidence, declared: list[str]) -> Iterator[str]:
    """Yield the first-level headings that may be the headline, without kickers and site names."""
    for mark in evidence.elements.headings[:MOST_HEADINGS]:
        if is_side_block(mark.node) or _leads_elsewhere(mark.node, evidence.url):
            continue
        text = strip_site(inner_text(mark.node, _other_parts(mark.node)), evidence.sites)
        is_fit = len(text) <= _LONGEST_HEADING or any(likeness(text, t) > SAME for t in declared)
        if text and is_fit and fold(text) not in evidence.sites:
            yield text


def _leads_elsewhere(heading: LexborNode, url: str | None) -> bool:
    """Return whether a heading is a link to another page: it is a logo or a card, then."""
    link = heading.css_first("a[href]")
    if link is None and heading.parent is not None and heading.parent.tag == "a":
        link = heading.parent
    href = (link.attributes.get("href") or "") if link is not None else ""
    if not url or not href or href[0] in "#?" or ":" in href[:11].partition("/")[0][:-1]:
        return False
    text = inner_text(link) if link is not None else ""
    is_all = len(text) > len(inner_text(heading)) * 2 / 3
    return is_all and node_path(href) != node_path(url)


def _other_parts(heading: LexborNode) -> frozenset[int]:
    """Return the ids of nodes in a heading that are not its headline: kicker, date, decoration."""
    found = heading.css("[class], time, [aria-hidden]")
    others = [node for node in found if node.mem_id != heading.mem_id and _is_no_headline(node)]
    return frozenset(below.mem_id for node in others for below in node.traverse())


def _is_no_headline(node: LexborNode) -> bool:
    is_hidden = node.tag == "time" or node.attributes.get("aria-hidden") == "true"
    return is_hidden or _KICKER.search(names_of(node.attributes)) is not None


def _is_description(headline: str, declared: Iterable[str]) -> bool:
    """Return whether a JSON-LD headline is long and unlike every other title of the page."""
    others = list(declared)
    if len(headline) < 120 or not others:
        return False
    return all(likeness(headline, other) < 0.4 for other in others)


def _likeliest(headings: list[str], others: list[str]) -> str | None:
    """Return the heading that is most like another title; None if no heading resembles any."""
    if not headings:
        return None
    scored = [max((likeness(h, other) for other in others), default=0.0) for h in headings]
    best = max(scored)
    if others and best < (LEAST_LIKENESS if len(headings) > 1 else 0.01):
        return None
    return headings[scored.index(best)]
