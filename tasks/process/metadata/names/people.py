"""Extracts names of authors from bylines and declared values: names only, each once."""

import re
from collections.abc import Iterable

from tasks.process.metadata.names.words import (
    AGENCIES,
    DEGREES,
    PARTICLES,
    ROLE_WORDS,
    STOP_WORDS,
    SUFFIXES,
)
from tasks.web.plain import plain

_LONGEST_BYLINE = 400
MOST_AUTHORS = 20
# Words before the names of a byline. Case and place matter: "de Gaulle" is a name, "De Jean
# Valjean" is a byline.
PREFIX = re.compile(
    r"(?:(?:(?:Written|Posted|Published|Reported|Words|Text|Story|Article|Analysis|Created|Reviewed"
    r"|Review|Authored|Opinion|Commentary|Geschrieben|Ein Kommentar|Kommentar|Eine Analyse"
    r"|Ein Gastbeitrag|Interview|Comment|Report|Submitted|Author|Guest post)\s+)?"
    r"(?:By:|By|BY|by|Von|VON|von|Par|PAR|Por|POR|Di|De|DE|Door|Av|Af|Od|Автор|Texte|Texto|Testo"
    r"|Authors?|Autore?s?|Auteurs?|Autorin|Verfasst von|Text|Words|Escrito por|Publicado por"
    r"|Rédigé par|Publié par|Scritto da|A cura di|Skrevet av|Tekst|Journalist|Reporter)"
    r"\s*[:：]?\s+|(?:By|Von|Par|Por|Text|Author|Autor|Words|Autoren|Written by|By)\s*[:：]\s*)"
)
# The first of these ends a name; the rest is a place, a date, a role or an instruction.
CUT = re.compile(
    r"\s[|•·–—]\s|\s-\s|[|•·]|\n|\s+(?:for|für|in|at|from|aus|à|@|is|ist|has|Updated|Published|Posted"
    r"|Follow|Last|and\s+reviewed|Reviewed|Medically|On|on|auf)\s+|\s*\([^()]*\)$|\s*\["
)
_SPLIT = re.compile(
    r"\s*[;、/／،•|]\s*|\s*(?:,\s*)?(?<=[\s,])(?:and|und|et|og|och|en|with|avec|mit|con|και|и|та)\s+"
    r"|\s*(?:,\s*)?(?<=[\s,])(?:y|e|i|ja|dan)\s+(?=[A-ZÀ-ÖØ-ÞŁŚŻ])|\s*&\s*"
)
JUNK = re.compile(r"\S*@\S+|https?://\S+|www\.\S+|\S+\.(?:com|org|net|de|fr)\b")
_DIGIT = re.compile(r"\d")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# Roles in Chinese and Japanese bylines: "记者 林望舒", "文/林望舒", "山田太郎記者".
EASTERN_ROLE = re.compile(
    r"^(?:(?:本报|本報|本刊|特约|特約|特派|实习)?(?:记者|記者|通讯员|通訊員|作者|撰文|撰稿|文字|筆者|執筆|取材・文)"
    r"\s*[:：/／|｜]?\s*|文\s*[:：/／|｜]\s*)|\s*(?:记者|記者)$"
)
_WORD = re.compile(r"[^\W_][\w'’.-]*", re.UNICODE)


def names_in(text: object, shown: bool = False) -> list[str]:
    """Return the names in a byline.

    Args:
        text: a byline, or a declared author or list of authors; a value that is not a string has
            no names.
        shown: the text comes from the visible page, where it may be anything. Names are checked
            strictly, and the first part that is not a name ends the byline.
    """
    line = JUNK.sub(" ", plain(text, _LONGEST_BYLINE)).strip(" ,;:|•·–—-*\"“”'")
    line = _without_prefix(line)
    parts = _parts(line)
    names: list[str] = []
    for part in parts[:MOST_AUTHORS]:
        name = clean_name(part)
        if name and looks_like_name(name, strict=shown):
            names.append(name)
        elif shown:
            break
    return distinct(names)


def clean_name(part: str) -> str:
    """Return a name without role, degrees, title and punctuation, cut at the first dash or bar."""
    text = CUT.split(part, maxsplit=1)[0] if CUT.match(part) is None else part
    text = EASTERN_ROLE.sub("", _without_prefix(text.strip(' ,;:.|•·–—-*"“”')))
    words = text.split()
    while len(words) > 1 and words[-1].lower().strip(",") in DEGREES:
        words.pop()
    if words and words[0].lower().rstrip(".") in {"dr", "prof", "mr", "mrs", "ms"}:
        words = words[1:]
    return " ".join(words).strip(" ,;:|")


def looks_like_name(name: str, strict: bool) -> bool:
    """Return whether a text may be the name of a person or an agency.

    Args:
        strict: require two to five capitalised words, or a script without case; otherwise refuse
            only texts that cannot be names.
    """
    lower = name.casefold()
    if lower in AGENCIES or lower.endswith((" press agency", " news agency")):
        return True
    words = lower.split()
    if (
        not words
        or len(name) > 60
        or len(words) > 6
        or not _WORD.search(name)
        or _DIGIT.search(name)
    ):
        return False
    if not strict:
        return len(name) > 1
    if any(word.strip(".,:") in STOP_WORDS for word in words):
        return False
    return _is_strict_name(name, words)


def _is_strict_name(name: str, words: list[str]) -> bool:
    """Return whether a text has the form of a person's name, by case and number of words."""
    if any(word.strip(".,:") in ROLE_WORDS for word in words) or re.search(r"[?!:;=<>{}%$#]", name):
        return False
    if name.isascii() or name.upper() != name.lower():
        capital = all(
            part[0].isupper() or part.lower() in PARTICLES or "'" in part[:3] or "’" in part[:3]
            for part in name.split()
        )
        return capital and 2 <= len(words) <= 5
    # A script without case. If it separates words by spaces, one word may be a place. If it does
    # not, names have up to six characters; headings, topics and names of papers have more.
    return len(words) in range(2, 6) if len(words) > 1 else _is_unspaced(name)


def _is_unspaced(name: str) -> bool:
    return 2 <= len(name) <= 6 and _UNSPACED.fullmatch(name) is not None


def is_role(part: str) -> bool:
    """Return whether a part of a byline is a role, an employer or a degree."""
    words = part.casefold().split()
    return any(word.strip(".,:") in ROLE_WORDS or word.strip(",") in DEGREES for word in words)


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names in order, each once, ignoring case."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.casefold(), name)
    return list(seen.values())


def fold(text: str) -> str:
    """Return only the letters and digits of a text, case folded, to compare names."""
    return "".join(filter(str.isalnum, text.casefold()))


def _without_prefix(line: str) -> str:
    match = PREFIX.match(line)
    return line[match.end() :] if match else line


def _parts(line: str) -> list[str]:
    """Split a byline at conjunctions and commas.

    `Doe, Jane` is one name and becomes `Jane Doe`. Roles and degrees after a comma are dropped.
    """
    parts: list[str] = []
    for chunk in _SPLIT.split(line):
        pieces = [piece.strip() for piece in chunk.split(",") if piece.strip()]
        if len(pieces) == 2 and _is_inverted(*pieces):
            parts.append(f"{pieces[1]} {pieces[0]}")
        else:
            parts.extend(_joined(pieces))
    return parts


def _joined(pieces: list[str]) -> list[str]:
    """Return the pieces between commas, with suffixes such as "Jr." joined to their names."""
    kept: list[str] = []
    for piece in pieces:
        if kept and piece.lower() in SUFFIXES:
            kept[-1] += f", {piece}"
        elif not kept or not (is_role(piece) or _is_degree(piece)):
            kept.append(piece)
    return kept


def _is_degree(piece: str) -> bool:
    """Return whether a piece is in capitals, as degrees are that no list has, such as FACLM."""
    return piece.isupper() and " " not in piece and piece.casefold() not in AGENCIES


def _is_inverted(last: str, first: str) -> bool:
    single = " " not in last and " " not in first
    return single and last[:1].isupper() and first[:1].isupper() and not is_role(first)
