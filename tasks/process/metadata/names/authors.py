"""Reads the authors of a page: declared ones, else the visible byline.

The byline also counts if only the site itself or the name of an account is declared.
"""

import re
from collections.abc import Callable, Iterator

from tasks.process.metadata.dates.written import find_dates
from tasks.process.metadata.element_names import AUTHOR_OR_TOPIC_LINK
from tasks.process.metadata.elements import Elements, MarkedElement
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import JsonLd, types_of
from tasks.process.metadata.names.people import distinct, fold, looks_like_name, names_in
from tasks.process.metadata.names.words import AGENCIES
from tasks.process.metadata.sources import META_AUTHOR
from tasks.process.metadata.visible import Line
from tasks.web.plain import inner_text, plain, text_pieces

CONJUNCTIONS = frozenset({"and", "und", "et", "y", "e", "i", "и", ""})
# Names of accounts that stand for the publisher.
HOUSE = frozenset({"administrator", "editor", "staff", "redaktion"})
BYLINE = re.compile(r"byline|by-line|by_line")
BY_START = re.compile(
    r"(?:By|BY|by|Von|VON|Par|PAR|Por|POR|Di|Door|Av|Af|Written by|Words by|Posted by"
    r"|Text|Autor|Author|Reported by|Story by)\s*:?(?:\s+|$)"
)


def read_authors(evidence: PageEvidence) -> tuple[str, ...]:
    """Return the names from the best source that has any; () if the page names nobody.

    A source that names only the site itself is used if no other source names a person. If a
    declaration gives only names of accounts, such as KatieS, printed sources are searched for a
    full name.
    """
    house: list[str] = []
    logins: list[str] = []
    for source in AUTHOR_ORDER:
        # Once an account is declared, only a full name that the page prints can replace it.
        if logins and source not in _PRINTED:
            continue
        names = distinct(source(evidence))
        people = [name for name in names if not _is_house(name, evidence.sites)]
        if logins and any(map(_is_login, people)):
            continue
        if people and not (source in _DECLARED and all(map(_is_login, people))):
            return tuple(people)
        logins = logins or people
        house = house or names
    return tuple(logins or house)


def _is_login(name: str) -> bool:
    """Return whether a name may be that of an account, such as KatieS."""
    return " " not in name and name.isascii() and name.casefold() not in AGENCIES


def _is_house(name: str, sites: frozenset[str]) -> bool:
    """Return whether a name is that of the site or of an administrator's account."""
    letters = fold(name)
    return letters in sites or letters in HOUSE or letters.endswith("admin")


def _from_jsonld(evidence: PageEvidence) -> Iterator[str]:
    """Yield the names under `author` of the article's node, or else under `creator`."""
    if evidence.article is None:
        return
    for key in ("author", "creator"):
        found = False
        for entry in _entries(evidence.jsonld, evidence.article.get(key)):
            for name in _declared_names(entry):
                found = True
                yield name
        if found:
            return


def _entries(jsonld: JsonLd, value: object, depth: int = 0) -> Iterator[object]:
    if isinstance(value, list) and depth < 3:
        for item in value[:50]:
            yield from _entries(jsonld, item, depth + 1)
    else:
        yield jsonld.resolve(value)


def _declared_names(entry: object) -> list[str]:
    """Return the names of an author object.

    The name of an organisation is one name; that of a person may be a byline with several.
    """
    if not isinstance(entry, dict):
        return names_in(entry)
    name = entry.get("name")
    if isinstance(name, list):
        return [found for item in name[:20] for found in names_in(item)]
    if isinstance(name, dict):
        name = name.get("@value")
    if not isinstance(name, str):
        parts = (plain(entry.get("givenName")), plain(entry.get("familyName")))
        name = " ".join(part for part in parts if part)
    if "Organization" in " ".join(types_of(entry)):
        return [text] if (text := plain(name, 100)) and looks_like_name(text, False) else []
    return names_in(name)


def _from_meta(evidence: PageEvidence) -> Iterator[str]:
    """Return the names of the first meta that names a person, else those that name the site."""
    house: list[str] = []
    for key in META_AUTHOR:
        names = [
            name
            for content in evidence.elements.metas.get(key, ())
            if "://" not in content and not content.startswith(("/", "@"))
            for name in names_in(content)
        ]
        if any(not _is_house(name, evidence.sites) for name in names):
            return iter(names)
        house = house or names
    return iter([*_from_twitter_label(evidence.elements)] or house)


def _from_twitter_label(elements: Elements) -> Iterator[str]:
    """Yield the names of `twitter:data1` if `twitter:label1` says "Written by" or the like."""
    for number in ("1", "2"):
        label = " ".join(elements.meta(f"twitter:label{number}")).casefold()
        if re.search(r"written|author|by|verfasst|geschrieben|escrito|écrit|autor|scritto", label):
            for content in elements.meta(f"twitter:data{number}"):
                yield from names_in(content)


def _from_microdata(evidence: PageEvidence) -> Iterator[str]:
    marks = [m for m in evidence.elements.properties if "author" in m.itemprop.split()]
    for mark in _in_article(evidence, marks):
        yield from _marked_names(mark)


def _from_rel(evidence: PageEvidence) -> Iterator[str]:
    marks = [m for m in evidence.elements.with_rel if "author" in (m.attributes.get("rel") or "")]
    for mark in _in_article(evidence, marks):
        yield from _marked_names(mark)


def _from_lines(evidence: PageEvidence) -> Iterator[str]:
    """Yield the names of a `By X` line near the headline; the name may stand in the next line."""
    lines = evidence.lines
    for index, line in enumerate(lines[:40]):
        match = BY_START.match(line.text)
        if match is None:
            continue
        rest = line.text[match.end() :]
        names = names_in(rest, shown=True) if rest else []
        following = lines[index + 1 : index + 8]
        if names or not rest:
            yield from names or _run_of_names(following)
            return


def _run_of_names(lines: list[Line]) -> Iterator[str]:
    """Yield the names of lines until a line is neither a name nor a conjunction."""
    for line in lines:
        names = names_in(line.text, shown=True)
        if not names and line.text.strip(" ,&|").casefold() not in CONJUNCTIONS:
            return
        yield from names


def _from_lines_near_dates(evidence: PageEvidence) -> Iterator[str]:
    """Yield a name in a line near a date around the headline, or right below the headline."""
    # A line without "By" counts only close to the headline; between them there is room for a
    # subtitle and a date.
    near = [line for line in evidence.lines if line.distance < 250]
    dated = [any(find_dates(line.text, evidence.reading)) for line in near]
    for index, line in enumerate(near):
        is_near_date = any(dated[max(0, index - 2) : index + 3])
        if (is_near_date or line.distance == 0) and len(line.text) < LONGEST_LONE_NAME:
            names = names_in(line.text, shown=True)
            if names and all(_may_be_name(evidence, name) for name in names):
                yield from names
                return


def _may_be_name(evidence: PageEvidence, name: str) -> bool:
    """Return whether a capitalised line may be a name: not all its words are words of the page."""
    if name.upper() == name.lower():  # in a script without case, nothing shows that it is a name
        return False
    return not all(map(evidence.has_in_lower_case, name.split()))


def _from_bylines(evidence: PageEvidence) -> Iterator[str]:
    marks = [m for m in evidence.elements.authors if BYLINE.search(m.names)]
    yield from _first_named(evidence, marks)


def _from_author_classes(evidence: PageEvidence) -> Iterator[str]:
    marks = [m for m in evidence.elements.authors if not _is_author_link(m)]
    yield from _first_named(evidence, marks)


def _from_author_links(evidence: PageEvidence) -> Iterator[str]:
    for mark in _in_article(evidence, evidence.elements.author_links)[:3]:
        text = inner_text(mark.node)
        yield from names_in(text, shown=True) or ([text] if _is_address_of(mark, text) else [])


def _is_author_link(mark: MarkedElement) -> bool:
    match = AUTHOR_OR_TOPIC_LINK.search((mark.attributes.get("href") or "")[:300])
    return match is not None and match["author"] is not None


def _is_address_of(mark: MarkedElement, name: str) -> bool:
    """Return whether a link's address ends with its text, as in /author/amanda: it is a name."""
    slug = (mark.attributes.get("href") or "").rstrip("/").rpartition("/")[2]
    return bool(name[:1].isupper()) and fold(slug) == fold(name) and looks_like_name(name, False)


def _first_named(evidence: PageEvidence, marks: list[MarkedElement]) -> Iterator[str]:
    for mark in _in_article(evidence, marks):
        names = _marked_names(mark)
        if names:
            yield from names
            return


def _marked_names(mark: MarkedElement) -> list[str]:
    """Return the names in an author's element: the first pieces that are names, else its text."""
    content = mark.attributes.get("content")
    if content and "://" not in content:
        return names_in(content)
    pieces = [Line(text, 0) for text in text_pieces(mark.node)[:12]]
    if len(pieces) > 1 and (match := BY_START.match(pieces[0].text)):
        rest = pieces[0].text[match.end() :]
        pieces = [Line(rest, 0), *pieces[1:]] if rest else pieces[1:]
    return list(_run_of_names(pieces)) or names_in(inner_text(mark.node), shown=True)


def _in_article(evidence: PageEvidence, marks: list[MarkedElement]) -> list[MarkedElement]:
    """Return the elements that do not lie in sidebars, navigation or comments."""
    return [mark for mark in marks[:40] if not evidence.elements.is_outside_article(mark.node)]


LONGEST_LONE_NAME = 60
# Sources that are searched for a person's full name if only an account is declared.
_PRINTED = (
    _from_meta,
    _from_microdata,
    _from_rel,
    _from_lines,
    _from_bylines,
    _from_author_classes,
)
# Best source first, as measured on the development corpora.
AUTHOR_ORDER: tuple[Callable[[PageEvidence], Iterator[str]], ...] = (
    _from_jsonld,
    *_PRINTED,
    _from_author_links,
    _from_lines_near_dates,
)
_DECLARED = (_from_jsonld, _from_meta)
