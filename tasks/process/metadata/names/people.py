"""Names of authors out of bylines and declared values: names only, one each."""

import re
from collections.abc import Iterable

from tasks.process.metadata.name_words import (
    AGENCIES,
    DEGREES,
    PARTICLES,
    ROLE_WORDS,
    STOP_WORDS,
    SUFFIXES,
)
from tasks.process.metadata.plain import plain

LONGEST_BYLINE = 400
MOST_AUTHORS = 20
# Case and place matter: "de Gaulle" is a name, "De Jean Valjean" a byline.
PREFIX = re.compile(
    r"(?:(?:(?:Written|Posted|Published|Reported|Words|Text|Story|Article|Analysis|Created|Reviewed"
    r"|Review|Authored|Opinion|Commentary|Geschrieben|Ein Kommentar|Kommentar|Eine Analyse"
    r"|Ein Gastbeitrag|Interview|Comment|Report|Submitted|Author|Guest post)\s+)?"
    r"(?:By:|By|BY|by|Von|VON|von|Par|PAR|Por|POR|Di|De|DE|Door|Av|Af|Od|Автор|Texte|Texto|Testo"
    r"|Authors?|Autore?s?|Auteurs?|Autorin|Verfasst von|Text|Words|Escrito por|Publicado por"
    r"|Rédigé par|Publié par|Scritto da|A cura di|Skrevet av|Tekst|Journalist|Reporter)"
    r"\s*[:：]?\s+|(?:By|Von|Par|Por|Text|Author|Autor|Words|Autoren|Written by|By)\s*[:：]\s*)"
)
CUT = re.compile(
    r"\s[|•·–—]\s|\s-\s|[|•·]|\n|\s+(?:for|für|in|at|from|aus|à|@|is|ist|has|Updated|Published|Posted"
    r"|Follow|Last|and\s+reviewed|Reviewed|Medically|On|on|auf)\s+|\s*\([^()]*\)$|\s*\["
)
SPLIT = re.compile(
    r"\s*[;、/／،•|]\s*|\s*(?:,\s*)?(?<=[\s,])(?:and|und|et|og|och|en|with|avec|mit|con|και|и|та)\s+"
    r"|\s*(?:,\s*)?(?<=[\s,])(?:y|e|i|ja|dan)\s+(?=[A-ZÀ-ÖØ-ÞŁŚŻ])|\s*&\s*"
)
JUNK = re.compile(r"\S*@\S+|https?://\S+|www\.\S+|\S+\.(?:com|org|net|de|fr)\b")
DIGIT = re.compile(r"\d")
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# "记者 林望舒", "文/林望舒", "山田太郎記者"
EASTERN_ROLE = re.compile(
    r"^(?:(?:本报|本報|本刊|特约|特約|特派|实习)?(?:记者|記者|通讯员|通訊員|作者|撰文|撰稿|文字|筆者|執筆|取材・文)"
    r"\s*[:：/／|｜]?\s*|文\s*[:：/／|｜]\s*)|\s*(?:记者|記者)$"
)
WORD = re.compile(r"[^\W_][\w'’.-]*", re.UNICODE)


def names_in(text: object, shown: bool = False) -> list[str]:
    """The names in a byline.

    Args:
        text: a byline, or a declared author or list of them; anything but a string has none.
        shown: the text comes from the visible page, where much else stands: only what looks like
            a name of a person is taken, and only up to the first thing that does not.
    """
    line = JUNK.sub(" ", plain(text, LONGEST_BYLINE)).strip(" ,;:|•·–—-*\"“”'")
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
    """One name without degrees, initials of networks, punctuation and what follows a dash."""
    text = CUT.split(part, maxsplit=1)[0] if CUT.match(part) is None else part
    text = EASTERN_ROLE.sub("", _without_prefix(text.strip(' ,;:.|•·–—-*"“”')))
    words = text.split()
    while len(words) > 1 and words[-1].lower().strip(",") in DEGREES:
        words.pop()
    if words and words[0].lower().rstrip(".") in {"dr", "prof", "mr", "mrs", "ms"}:
        words = words[1:]
    return " ".join(words).strip(" ,;:|")


def looks_like_name(name: str, strict: bool) -> bool:
    """Whether a text may be the name of a person or an agency.

    Args:
        strict: two to five capitalised words (or a script without case) are asked for; otherwise
            only what can be no name is refused.
    """
    lower = name.casefold()
    if lower in AGENCIES or lower.endswith((" press agency", " news agency")):
        return True
    words = lower.split()
    if not words or len(name) > 60 or len(words) > 6 or not WORD.search(name) or DIGIT.search(name):
        return False
    if not strict:
        return len(name) > 1
    if any(word.strip(".,:") in STOP_WORDS for word in words):
        return False
    return _is_strict_name(name, words)


def _is_strict_name(name: str, words: list[str]) -> bool:
    if any(word.strip(".,:") in ROLE_WORDS for word in words) or re.search(r"[?!:;=<>{}%$#]", name):
        return False
    if name.isascii() or name.upper() != name.lower():
        capital = all(
            part[0].isupper() or part.lower() in PARTICLES or "'" in part[:3] or "’" in part[:3]
            for part in name.split()
        )
        return capital and 2 <= len(words) <= 5
    # Scripts without case. Where words are spaced, one word may be a place; where they are not,
    # names have up to six characters, and headings, topics and names of papers more.
    return len(words) in range(2, 6) if len(words) > 1 else _is_unspaced(name)


def _is_unspaced(name: str) -> bool:
    return 2 <= len(name) <= 6 and UNSPACED.fullmatch(name) is not None


def is_role(part: str) -> bool:
    """Whether a part of a byline names a role, a place of work or a degree."""
    words = part.casefold().split()
    return any(word.strip(".,:") in ROLE_WORDS or word.strip(",") in DEGREES for word in words)


def distinct(names: Iterable[str]) -> list[str]:
    """Names in order, each once, ignoring case."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.casefold(), name)
    return list(seen.values())


def fold(text: str) -> str:
    """Letters and digits only, case folded: to compare names of sites."""
    return "".join(filter(str.isalnum, text.casefold()))


def _without_prefix(line: str) -> str:
    match = PREFIX.match(line)
    return line[match.end() :] if match else line


def _parts(line: str) -> list[str]:
    """Splits at conjunctions and commas; `Doe, Jane` is one name, a role or degree is none."""
    parts: list[str] = []
    for chunk in SPLIT.split(line):
        pieces = [piece.strip() for piece in chunk.split(",") if piece.strip()]
        if len(pieces) == 2 and _is_inverted(*pieces):
            parts.append(f"{pieces[1]} {pieces[0]}")
        else:
            parts.extend(_joined(pieces))
    return parts


def _joined(pieces: list[str]) -> list[str]:
    kept: list[str] = []
    for piece in pieces:
        if kept and piece.lower() in SUFFIXES:
            kept[-1] += f", {piece}"
        elif not kept or not (is_role(piece) or _is_degree(piece)):
            kept.append(piece)
    return kept


def _is_degree(piece: str) -> bool:
    """Letters after a name that no list knows, such as FACLM."""
    return piece.isupper() and " " not in piece and piece.casefold() not in AGENCIES


def _is_inverted(last: str, first: str) -> bool:
    single = " " not in last and " " not in first
    return single and last[:1].isupper() and first[:1].isupper() and not is_role(first)
