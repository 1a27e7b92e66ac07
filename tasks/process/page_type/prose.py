"""Recognise texts that are not prose: code, logs, licences, lists, tables and mail.

Folders of saved pages and cloned data sets contain many files that are no articles. They are
recognised by their lines and never by their file names. Each line is compared with the forms of
such texts, and the share of lines that match decides. In doubt a text counts as prose.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.process.page_type.prose_lines import LINE_FORMS, form_of, is_sentence

# The number of characters that are examined at the beginning, middle and end of a long text.
SAMPLE: Final = 16_000
_LONGEST_LINE: Final = 4_000
# Shares of lines with the form of something else, from which on a text is certainly (_MOSTLY) or
# maybe (PARTLY) not prose. They were chosen on 5,600 files of a Linux machine (code, data,
# licences, manuals) and 1,202 articles in 24 languages.
_MOSTLY: Final = 0.4
PARTLY: Final = 0.2
FEW_LINES: Final = 3  # a share of fewer lines means nothing
# A text with this share of its characters in sentences is only doubted: it may be a story with a
# table or a post with code.
LONG_PROSE: Final = 0.3

_SYMBOLS: Final = b"(){}[]<>=;:_|\\/#$%^&*~@`+!"
# Minified text: scripts, style sheets and data in very long lines with many symbols.
PACKED_LINE: Final = 400
PACKED_SYMBOLS: Final = 0.08

LICENCE: Final = re.compile(
    r"permission is hereby granted, free of charge"
    r"|permission to use, copy, modify,? and(?:/or)? distribute"
    r"|redistribution and use in source and binary forms|following conditions are met"
    r"|(?:software|program|library|work|font) is (?:provided|distributed|licensed) [\"'“‘]?as[ -]is"
    r"|terms and conditions for (?:use, reproduction, and distribution|copying)"
    r"|everyone is permitted to copy and distribute verbatim(?: or modified)? copies"
    r"|without warranty of any kind|merchantability (?:and|or) fitness"
    r"|fitness for a particular purpose|agree to be bound by|released into the public domain"
    r"|files? (?:is|are) (?:under|licensed|copyright)|upstream[- ](?:author|contact|name)"
    # News about licences has these names and words, too. All names together therefore count as one
    # phrase, and so do all words.
    r"|(?P<name>licensed under the apache license|mozilla public license|eclipse public license"
    r"|(?:gnu|lesser|affero) general public license|mit license|bsd licen[cs]e|isc license"
    r"|creative commons (?:corporation|attribution|zero|legal code)|sil open font license)"
    r"|(?P<word>all rights reserved|this license|the licensor|licensee|copyright holders?|copyleft)"
)
# Each phrase of LICENCE contains one of these words. Searching for them first takes a tenth of the
# time.
LICENCE_WORDS: Final = (
    *("licen", "permi", "warrant", "copyr", "copyl", "as is", "as-is", "reserved", "terms and"),
    *("redistrib", "merchant", "fitness", "commons", "upstream", "conditions", "bound by"),
    "public domain",
)
LICENCE_REACH: Final = 6_000
LICENCE_SIGNS: Final = 3  # different phrases
LICENCE_WORDS_AGAIN: Final = 4  # repetitions of "this License", which count as another phrase

MAIL_HEADER: Final = re.compile(
    r"^(?:(from|to|cc|subject|date|reply-to|sender|organi[sz]ation|newsgroups|references|lines"
    r"|path|xref|distribution|nntp-posting-host|approved|message-id|received|return-path|delivered-to|mime-version|content-type|in-reply-to"
    r"|content-transfer-encoding|x-[\w-]+|dkim-signature|authentication-results):|(from) \S+@\S+ )",
    re.IGNORECASE,
)
# Headers that only a mail has; `Subject:` and `Date:` alone may be the head of an article.
POSTED: Final = frozenset(
    "to received message-id return-path delivered-to mime-version newsgroups references".split()
)

# The first lines of programs.
PROGRAM: Final = re.compile(
    r"#!|#include\b|#ifndef\b|#pragma\b|import\s[\w.{*]+\s*(?:;|$|as\s|from\s)"
    r"|from\s[\w.]+\simport\s|package\s[\w.]+;?\s*$|using\s[\w.]+;|@charset|@import"
    r"|<\?|<%|/\*|//|--\s|%\{|\(\*|\{[%{]|\"\"\"|'''|['\"]use strict['\"]|# -\*-"
    r"|(?:var|let|const)\s\w+\s*=|[(!;]*function\s?\w*\(|cmake_minimum|FROM\s\S+:\S+"
    r"|library\(|module\s\S+\swhere|\(def\w*\s|;;|create\s(?:table|view|or replace)\s"
)
# A line of a list of words, such as stop words.
LONE_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-]){0,40}")
WORD_LIST: Final = 20
# Separators of table cells. In a sentence a comma is followed by a space, except in numbers.
SEPARATORS: Final = tuple(
    map(re.compile, (r"(?<!\d),(?=\S)|,(?=[^\s\d])", r";(?=\S)", r"\t", r"\|"))
)
TABLE_LINES: Final = 4
SAME_CELLS: Final = 0.9  # of the lines have the same number of cells
WORDS_ALONE: Final = 0.9
MANUAL: Final = re.compile(
    r"^#{1,4}\s+((?:quick ?start|install(?:ation|ing)?|usage|getting started|requirements"
    r"|licen[cs]e|citation|contributing|data ?sets?(?: \w+)?|downloads?|build status"
    r"|how to (?:run|use)|dependencies|change ?log|file format|data format|structure|examples?))\b"
    r"|((?:pip3?|npm|conda|apt-get|brew|cargo) install|git clone|@(?:inproceedings|article|misc)\{"
    r"|\[!\[)",
    re.IGNORECASE | re.MULTILINE,
)
# Each match of MANUAL contains one of these. Searching for them first takes a fraction of the time.
MANUAL_WORDS: Final = ("# ", "install", "clone", "@", "[!")
# The beginnings of files that programs write when they save pages.
MACHINE_MADE: Final = re.compile(
    r"\AHTTP/\d\.\d \d{3}|\AWEBVTT|\ABEGIN:V(?:CALENDAR|CARD)|\AThis is (?:pdf|Xe|Lua)?TeX, Version"
    r"|file generated automatically|HTTrack\d|reported for this mirror|do not edit (?:this|by hand)"
    r"|this file (?:is|was) (?:auto|generated)|# autogenerated",
    re.IGNORECASE,
)
MACHINE_REACH: Final = 500


@dataclass(frozen=True, slots=True)
class Doubt:
    """The evidence that a text is not prose.

    Attributes:
        sign: a description of the evidence, which becomes the ledger's `detail`.
        is_sure: whether the evidence suffices to reject the text.
    """

    sign: str
    is_sure: bool


def doubt_prose(text: str) -> Doubt | None:
    """Return the evidence that a text is not prose; None for prose, and if there is none."""
    sample = _sample(text)
    lines = [line[:_LONGEST_LINE] for line in sample.split("\n") if line.strip()]
    if not lines:
        return None
    for check in _CHECKS:
        found = check(sample, lines)
        if found is not None:
            return found
    return None


def _sample(text: str) -> str:
    if len(text) <= 3 * SAMPLE:
        return text
    middle = len(text) // 2
    return "\n".join((text[:SAMPLE], text[middle : middle + SAMPLE], text[-SAMPLE:]))


def _machine_made(sample: str, _: Sequence[str]) -> Doubt | None:
    found = MACHINE_MADE.search(sample, 0, MACHINE_REACH)
    return Doubt(f"written by a program: {found[0]!r}", True) if found else None


def _mail(_: str, lines: Sequence[str]) -> Doubt | None:
    names = set()
    for line in lines[:20]:
        if line[0].isspace():  # the continuation of a header
            continue
        header = MAIL_HEADER.match(line)
        if header is None:
            break
        names.add((header[1] or "mbox").lower())
    is_mail = len(names) >= FEW_LINES and bool(names & (POSTED | {"mbox"}))
    return Doubt("the headers of an electronic mail", True) if is_mail else None


def _licence(sample: str, _: Sequence[str]) -> Doubt | None:
    head = sample[:LICENCE_REACH].lower()
    if not any(word in head for word in LICENCE_WORDS):
        return None
    phrases = LICENCE.finditer(" ".join(head.split()))
    found = Counter(phrase.lastgroup or phrase[0] for phrase in phrases)
    signs = len(found) + (found["word"] >= LICENCE_WORDS_AGAIN)
    if signs < LICENCE_SIGNS - 1:
        return None
    return Doubt("phrases of a licence", signs >= LICENCE_SIGNS)


def _minified(_: str, lines: Sequence[str]) -> Doubt | None:
    long = [line.encode("utf-8", "replace") for line in lines if len(line) >= PACKED_LINE]
    size = sum(map(len, long))
    if 2 * size < sum(map(len, lines)):
        return None
    symbols = sum(len(line) - len(line.translate(None, _SYMBOLS)) for line in long) / size
    sign = f"{symbols:.0%} of the characters of its long lines are symbols"
    return Doubt(sign, True) if symbols >= PACKED_SYMBOLS else None


def _forms(_: str, lines: Sequence[str]) -> Doubt | None:
    counts = dict.fromkeys((name for name, _ in LINE_FORMS), 0)
    odd = prose = 0
    for line in lines:
        form = form_of(line)
        if form is None:
            prose += len(line) if is_sentence(line) else 0
        else:
            counts[form] += 1
            odd += 1
    share, prose_share = odd / len(lines), prose / sum(map(len, lines))
    begins = PROGRAM.match(lines[0]) is not None
    if odd < min(FEW_LINES, len(lines)) or share < PARTLY:
        return None
    most = max(counts, key=lambda name: counts[name])
    sign = f"{share:.0%} of the lines have the form of {most} and the like"
    return Doubt(sign, begins or (share >= _MOSTLY and prose_share < LONG_PROSE))


def _table(_: str, lines: Sequence[str]) -> Doubt | None:
    """Recognise a table of cells that are separated by commas, semicolons, tabs or bars."""
    if len(lines) < TABLE_LINES:
        return None
    prose = sum(len(line) for line in lines if is_sentence(line)) / sum(map(len, lines))
    for separator in SEPARATORS:
        counts = Counter(len(separator.findall(line)) for line in lines)
        count, found = counts.most_common(1)[0]
        if count and found >= SAME_CELLS * len(lines):
            sign = f"{found / len(lines):.0%} of the lines are rows of {count + 1} cells"
            return Doubt(sign, prose < LONG_PROSE)
    return None


def _word_list(_: str, lines: Sequence[str]) -> Doubt | None:
    if len(lines) < WORD_LIST:
        return None
    single = sum(LONE_WORD.fullmatch(line.strip()) is not None for line in lines)
    sign = f"{single / len(lines):.0%} of the lines are one word"
    return Doubt(sign, True) if single >= WORDS_ALONE * len(lines) else None


def _manual(sample: str, _: Sequence[str]) -> Doubt | None:
    if not any(word in sample for word in MANUAL_WORDS):
        return None
    found = {(heading or other).lower() for heading, other in MANUAL.findall(sample)}
    sign = f"a file about software or data: {', '.join(sorted(found)[:3])}"
    return Doubt(sign, False) if len(found) >= 2 else None


# The first check that finds something decides.
_CHECKS: Final[tuple[Callable[[str, Sequence[str]], Doubt | None], ...]] = (
    _machine_made,
    _mail,
    _licence,
    _minified,
    _forms,
    _table,
    _word_list,
    _manual,
)
