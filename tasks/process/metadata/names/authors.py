"""Authors: declared ones first; the visible byline where none is declared, or only the site."""

import re
from collections.abc import Callable, Iterator

from tasks.process.metadata.element_names import TELLING_LINK
from tasks.process.metadata.elements import Elements, Marked
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.jsonld import JsonLd, types_of
from tasks.process.metadata.name_words import AGENCIES
from tasks.process.metadata.names import distinct, fold, looks_like_name, names_in
from tasks.process.metadata.plain import inner_text, plain, text_pieces
from tasks.process.metadata.sources import META_AUTHOR
from tasks.process.metadata.visible import Line
from tasks.process.metadata.written_dates import find_dates

CONJUNCTIONS = frozenset({"and", "und", "et", "y", "e", "i", "и", ""})
HOUSE = frozenset({"administrator", "editor", "staff", "redaktion"})
BYLINE = re.compile(r"byline|by-line|by_line")
BY_START = re.compile(
    r"(?:By|BY|by|Von|VON|Par|PAR|Por|POR|Di|Door|Av|Af|Written by|Words by|Posted by"
    r"|Text|Autor|Author|Reported by|Story by)\s*:?(?:\s+|$)"
)


def read_authors(evidence: PageEvidence) -> tuple[str, ...]:
    """The names from the best source that has any; () where the page names nobody."""
    house: list[str] = []
    logins: list[str] = []
    for source in AUTHOR_ORDER:
        if logins and source not in PRINTED:
            continue
        names = distinct(source(evidence))
        people = [name for name in names if not _is_house(name, evidence.sites)]
        if logins and any(map(_is_login, people)):
            continue
        if people and not (source in DECLARED and all(map(_is_login, people))):
            return tuple(people)
        logins = logins or people
        house = house or names
    return tuple(logins or house)


def _is_login(name: str) -> bool:
    """Whether a name may be that of an account, such as KatieS: a printed name is better."""
    return " " not in name and name.isascii() and name.casefold() not in AGENCIES


def _is_house(name: str, sites: frozenset[str]) -> bool:
    letters = fold(name)
    return letters in sites or letters in HOUSE or letters.endswith("admin")


def _from_jsonld(evidence: PageEvidence) -> Iterator[str]:
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
    """Names of an author object: an organisation's name is one, a person's may hold several."""
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
    marks = [m for m in evidence.elements.signed if "author" in (m.attributes.get("rel") or "")]
    for mark in _in_article(evidence, marks):
        yield from _marked_names(mark)


def _from_lines(evidence: PageEvidence) -> Iterator[str]:
    """`By X` in the lines below the headline; the name may stand in the next line."""
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
    """Names from lines that are names and conjunctions, until one is neither."""
    for line in lines:
        names = names_in(line.text, shown=True)
        if not names and line.text.strip(" ,&|").casefold() not in CONJUNCTIONS:
            return
        yield from names


def _from_beside_dates(evidence: PageEvidence) -> Iterator[str]:
    """A name in the line before or after a date near the headline, or right below that."""
    near = [line for line in evidence.lines if line.distance < 250]
    dated = [any(find_dates(line.text, evidence.reading)) for line in near]
    for index, line in enumerate(near):
        beside = any(dated[max(0, index - 2) : index + 3])
        if (beside or line.distance == 0) and len(line.text) < LONGEST_LONE_NAME:
            names = names_in(line.text, shown=True)
            if names and all(_is_unlikely_word(evidence, name) for name in names):
                yield from names
                return


def _is_unlikely_word(evidence: PageEvidence, name: str) -> bool:
    """Whether a capitalised line may be a name: its words are not common words of the page."""
    if name.upper() == name.lower():  # a script without case gives no sign of a name
        return False
    return not all(map(evidence.writes_small, name.split()))


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


def _is_author_link(mark: Marked) -> bool:
    match = TELLING_LINK.search((mark.attributes.get("href") or "")[:300])
    return match is not None and match["author"] is not None


def _is_address_of(mark: Marked, name: str) -> bool:
    """Whether a link's address ends in its text, as in /author/amanda: that is a name."""
    slug = (mark.attributes.get("href") or "").rstrip("/").rpartition("/")[2]
    return bool(name[:1].isupper()) and fold(slug) == fold(name) and looks_like_name(name, False)


def _first_named(evidence: PageEvidence, marks: list[Marked]) -> Iterator[str]:
    for mark in _in_article(evidence, marks):
        names = _marked_names(mark)
        if names:
            yield from names
            return


def _marked_names(mark: Marked) -> list[str]:
    """Names in an element of an author: in one line, else the first pieces that are names."""
    content = mark.attributes.get("content")
    if content and "://" not in content:
        return names_in(content)
    pieces = [Line(text, 0) for text in text_pieces(mark.node)[:12]]
    if len(pieces) > 1 and (match := BY_START.match(pieces[0].text)):
        rest = pieces[0].text[match.end() :]
        pieces = [Line(rest, 0), *pieces[1:]] if rest else pieces[1:]
    return list(_run_of_names(pieces)) or names_in(inner_text(mark.node), shown=True)


def _in_article(evidence: PageEvidence, marks: list[Marked]) -> list[Marked]:
    return [mark for mark in marks[:40] if not evidence.elements.is_beside(mark.node)]


LONGEST_LONE_NAME = 60
# Best source first, as measured on the development corpora.
AUTHOR_ORDER: tuple[Callable[[PageEvidence], Iterator[str]], ...] = (
    _from_jsonld,
    _from_meta,
    _from_microdata,
    _from_rel,
    _from_lines,
    _from_bylines,
    _from_author_classes,
    _from_author_links,
    _from_beside_dates,
)
DECLARED = (_from_jsonld, _from_meta)
# Sources that are looked at for the name of a person whose account alone is declared.
PRINTED = (_from_meta, _from_microdata, _from_rel, _from_lines, _from_bylines, _from_author_classes)
