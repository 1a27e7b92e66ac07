"""The headline as printed, without the site's name, chosen among what the page offers."""

import re
from collections.abc import Iterable, Iterator

from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import is_news
from tasks.process.metadata.names import fold
from tasks.process.metadata.plain import inner_text, plain
from tasks.process.metadata.sources import META_TITLE
from tasks.process.metadata.visible import likeness, printed_title

SEPARATOR = re.compile(r"\s+[|•·–—:/-]+\s+|\s*[|]\s*|\s+»\s+|\s+::\s+|:\s+")
ARTICLE = re.compile(r"^(?:the|der|die|das|la|le|les|el|los|il|de|het)\s+", re.IGNORECASE)
LONGEST_TITLE = 500
LONGEST_HEADING = 180
LEAST_LIKENESS = 0.2


def read_title(evidence: PageEvidence) -> str | None:
    """A newsroom's JSON-LD headline, else the likeliest h1, else meta and `<title>`."""
    headline = _headline(evidence)
    declared = [t for t in _declared(evidence) if t]
    headings = list(_headings(evidence))
    is_newsroom = evidence.article is not None and is_news(evidence.article)
    if headline and is_newsroom and not _is_description(headline, declared):
        return headline
    best = _likeliest(headings, [*declared, headline] if headline else declared)
    return best or headline or _first_declared(evidence, declared)


def _first_declared(evidence: PageEvidence, declared: list[str]) -> str | None:
    """Meta or `<title>`; of the latter the part that the page prints, if there is nothing else."""
    if len(declared) == 1 and not evidence.elements.headings:
        node = printed_title(evidence.elements)
        return plain(node.text_content, LONGEST_TITLE) if node is not None else declared[0]
    return next(iter(declared), None)


def strip_site(title: str, sites: frozenset[str]) -> str:
    """The title without leading or trailing parts that are the site's name."""
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
            return title
    return title


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
    for content in evidence.elements.meta(*META_TITLE):
        yield strip_site(plain(content, LONGEST_TITLE), evidence.sites)
    yield strip_site(evidence.elements.title, evidence.sites)


def _headings(evidence: PageEvidence) -> Iterator[str]:
    for mark in evidence.elements.headings:
        text = inner_text(mark.node)
        if text and fold(text) not in evidence.sites and len(text) <= LONGEST_HEADING:
            yield text


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
