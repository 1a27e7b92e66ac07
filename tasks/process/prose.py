"""Tells prose from what only looks like text: code, logs, licences, lists, tables, mail.

Folders of saved pages and of cloned data sets hold many files that no reader would call an article.
They are recognised by their lines, never by a file's name. Each line that has the form of one of
these things is a sign; the share of such lines decides. In doubt a text counts as prose.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

# The parts of a long text that are looked at: its beginning, its middle and its end.
SAMPLE: Final = 16_000
LONGEST_LINE: Final = 4_000
# Shares of the lines that have the form of something else, measured on 6,400 files of a Linux
# machine and on 1,200 articles in 24 languages (`python -m tests.training.prose`).
MOSTLY: Final = 0.4
PARTLY: Final = 0.2
FEW_LINES: Final = 3  # fewer lines than that give no share to go by
LONG_PROSE: Final = 0.3  # of the characters: a story with a table, a post with code

# A longer line without any of these characters is prose: the patterns need not be tried.
SYMBOL: Final = re.compile(r"[{}<>=;_|\\#$@\[\]/]")
PLAIN_LINE: Final = 100
FEWEST_WORDS: Final = 5
MOSTLY_WORDS: Final = 0.8
UNSPACED: Final = 30  # characters between spaces on average: Chinese, Japanese, Thai
_SYMBOLS: Final = b"(){}[]<>=;:_|\\/#$%^&*~@`+!"
# Text that is packed so that it has next to no lines: scripts, style sheets, data.
PACKED_LINE: Final = 400
PACKED_SYMBOLS: Final = 0.08

LICENCE: Final = re.compile(
    r"permission is hereby granted, free of charge"
    r"|permission to use, copy, modify,? and(?:/or)? distribute"
    r"|redistribution and use in source and binary forms"
    r"|(?:software|program|library|work|font) is (?:provided|distributed|licensed) [\"'“‘]?as[ -]is"
    r"|terms and conditions for use, reproduction, and distribution"
    r"|everyone is permitted to copy and distribute verbatim copies"
    r"|licensed under the apache license|mozilla public license|eclipse public license"
    r"|(?:gnu|lesser|affero) general public license|mit license|bsd licen[cs]e|isc license"
    r"|creative commons (?:corporation|attribution|zero|legal code)|sil open font license"
    r"|without warranty of any kind|merchantability (?:and|or) fitness"
    r"|fitness for a particular purpose"
    r"|all rights reserved|this license|the licensor|licensee|copyright holders?|copyleft"
    r"|files? (?:is|are) (?:under|licensed|copyright)|upstream[- ](?:author|contact|name)"
)
# Each phrase has one of these: to look for them takes a tenth of the time.
LICENCE_WORDS: Final = (
    *("licen", "permi", "warrant", "copyr", "copyl", "as is", "as-is", "reserved", "terms and"),
    *("redistrib", "merchant", "fitness", "commons", "upstream"),
)
LICENCE_REACH: Final = 6_000
LICENCE_SIGNS: Final = 3  # different phrases

MAIL_HEADER: Final = re.compile(
    r"^(?:(from|to|cc|subject|date|reply-to|sender|organi[sz]ation|newsgroups|references|lines"
    r"|message-id|received|return-path|delivered-to|mime-version|content-type|in-reply-to"
    r"|content-transfer-encoding|x-[\w-]+|dkim-signature|authentication-results):|(from) \S+@\S+ )",
    re.IGNORECASE,
)
# A form with `Subject:` and `Date:` alone may be the head of an article.
POSTED: Final = frozenset(
    "to received message-id return-path delivered-to mime-version newsgroups references".split()
)

_WORD = re.compile(r"[\"'“”‘’«»„(\[¿¡—–-]*[^\W_]+(?:[.'’&/:,-][^\W_]+)*[.,;:!?…\"'“”‘’«»)\]—–-]*")
_CODE = re.compile(
    r"""
      .*[{}]\s*$ | [)}\]]+[,;]?\s*$
    | .*[=(].*;\s*$ | [\w$.-]+\s*:\s*[^;]{1,200};\s*$
    | (?:import|package|using|use|include|require|namespace)
      \s[\w.:*/<>"']+(?:\s(?:as|qw)\s\S+)?;?\s*$
    | from\s[\w.]+\simport\s | (?:\#include|\#define|\#ifn?def|\#endif|\#!)
    | (?:<\?|<%|/\*|\*/|//|--\s|\{%|\{\{|\{\#)
    | (?:def|class|function|func|fn|sub|proc|struct|enum|interface|module|macro|template)
      \s\w+\s*[({:<]
    | (?:const|let|var|static|public|private|protected|extern|typedef|unsigned|void|int|char|bool)
      \s.*[(=;]
    | (?:if|elif|while|for|switch|catch|except|with|try|else)\b.*[:{]\s*$
    | (?:end|fi|done|esac|endif)\s*;?\s*$
    | (?:if|for|while|else)\s?\(.* | return\b.*[;()\[\]'"_.]
    | @\w[\w.-]*\s?[({].* | @\w[\w.]*\s*$ | [.\#]?[\w-]+(?:[.\#>:\s,][\w-]*)*\s?\{
    | [$\w.\[\]"'-]+\s?(?:[+:|*-]?=|<-|=>)\s?\S | [\w.]+\(.*\)?[\s,;:\\]*$
    | (?:\$|>>>|\#)\s\S+
    | (?:sudo|pip3?|npm|git|cd|apt-get|docker|conda|make|cmake|echo|export|set|curl|wget)\s\S.*
    | (?:SELECT|INSERT\sINTO|CREATE\s(?:TABLE|INDEX|VIEW)|DELETE\sFROM|DROP|ALTER\sTABLE)\s
    | .*(?:->|=>|&&|\|\||!=|==|::|\+=|\\$|</?\w+>|%[sd]\b|\$\{|\$\(|\w\(\)|\w\[\w+\]).*
    | (?:diff|index|@@|\+\+\+|---)\s\S+.* | [+-]\s{2,}\S.*
    """,
    re.VERBOSE,
)
_LOG = re.compile(
    r"""
      [\[(<]?(?:--)?\d{4}[-/.]\d\d[-/.]\d\d[T\s_]\d\d:\d\d:\d\d
    | [\[(<]?\d\d[/.-](?:\d\d|\w{3})[/.-]\d{2,4}[\s:]\d\d:\d\d:\d\d
    | [\[(<]?\d\d:\d\d:\d\d(?:[.,]\d+)?[\])>]?(?:\s|\t) | \w{3}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s
    | \d{1,3}(?:\.\d{1,3}){3}\s
    | \[?(?:INFO|DEBUG|WARN|WARNING|ERROR|TRACE|NOTICE|FATAL|CRITICAL)\b[\]:\s]
    | \[\s*\d+\.\d+\]\s | \[\d+/\d+\]\s | (?:Traceback|\s*File\s"|\s*at\s[\w$.]+\()
    """,
    re.VERBOSE,
)
_ADDRESS = re.compile(
    r"""
      (?:[-*•]\s|\d+[.)]?\s)?<?(?:\w{2,10}://|www\.)\S+(?:\s\S+){0,3}\s*$
    | [\w-]+(?:\.[\w-]+)+(?:/\S*)?\s*$ | \S+@\S+\.\w+\s*$ | (?:\.{0,2}/|[A-Za-z]:\\|~/)\S+\s*$
    | [\w.+-]+(?:/[\w.+-]+)+(?:,\S*)?\s*$ | [0-9a-f]{32,}\s | [d-][rwx-]{9}\s
    | \[[^\]]+\]:\s?\S+\s*$
    """,
    re.VERBOSE,
)
_INDEX = re.compile(r"\s?CDX\s[A-Za-z]\s|\S+\)/?\S*\s\d{14}\s")
_REFERENCE = re.compile(
    r"[A-Z][A-Z0-9]{1,3}\s{0,2}-\s|%[A-Z0-9@]\s|@\w+\s?\{|\w+\s?=\s?[{\"].*[}\"],?\s*$"
)
_SETTING = re.compile(
    r"""
      \[[\w\s."'/:-]+\]\s*$ | [\w.-]+\s?[=~<>!]=?\s?\S* | (?:-\s)?[\w-]+:\s*$ | \s+[\w-]+:\s\S+\s*$
    | (?:user-agent|disallow|allow|sitemap|crawl-delay|host):\s?\S*\s*$
    | (?:Name|Version|Metadata-Version|Home-page|Author-email|License(?:-File|-Expression)?
      |Classifier|Requires-(?:Dist|Python)|Provides-Extra|Project-URL|Keywords|Platform|Package|Depends):\s
    | \#.* | ;.* | !.* | "[^"]*":\s.* | msg(?:id|str)\b.* | -{5}BEGIN\s.* | \.[A-Z]{1,2}\b.*
    | \\\w+[{\[].*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{50,}\s*$")
_NUMBERS = re.compile(r"[\s\d.,:;+\-/%()|eExX]*\d[\s\d.,:;+\-/%()|eExX]*$")

FORMS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("a log", _LOG),
    ("a list of addresses", _ADDRESS),
    ("an index of captures", _INDEX),
    ("a bibliography", _REFERENCE),
    ("source code", _CODE),
    ("settings", _SETTING),
    ("encoded data", _ENCODED),
    ("numbers", _NUMBERS),
)

# How programs begin, and no story.
PROGRAM: Final = re.compile(
    r"#!|#include\b|#ifndef\b|#pragma\b|import\s[\w.{*]+\s*(?:;|$|as\s|from\s)"
    r"|from\s[\w.]+\simport\s|package\s[\w.]+;?\s*$|using\s[\w.]+;|@charset|@import"
    r"|<\?|<%|/\*|//|--\s|%\{|\(\*|\{[%{]|\"\"\"|'''|['\"]use strict['\"]|# -\*-"
    r"|(?:var|let|const)\s\w+\s*=|[(!;]*function\s?\w*\(|cmake_minimum|FROM\s\S+:\S+"
    r"|library\("
)
# A list of words, such as stop words. Scripts without case have no spaces between words.
LONE_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-]){0,40}")
WORD_LIST: Final = 20
WORDS_ALONE: Final = 0.9
MANUAL: Final = re.compile(
    r"^#{1,4}\s+((?:quick ?start|install(?:ation|ing)?|usage|getting started|requirements"
    r"|licen[cs]e|citation|contributing|data ?sets?(?: \w+)?|downloads?|build status"
    r"|how to (?:run|use)|dependencies|change ?log|file format|data format|structure|examples?))\b"
    r"|((?:pip3?|npm|conda|apt-get|brew|cargo) install|git clone|@(?:inproceedings|article|misc)\{"
    r"|\[!\[)",
    re.IGNORECASE | re.MULTILINE,
)
# One of these is in each of them: to look for them takes a fraction of the time.
MANUAL_WORDS: Final = ("# ", "install", "clone", "@", "[!")
BY_BEGINNING: Final = (FORMS[0], FORMS[3])  # a long line may be a log's, or an abstract
# What programs write beside the pages that they save.
MACHINE_MADE: Final = re.compile(
    r"file generated automatically|HTTrack\d|reported for this mirror|do not edit (?:this|by hand)"
    r"|this file (?:is|was) (?:auto|generated)|# autogenerated",
    re.IGNORECASE,
)
MACHINE_REACH: Final = 500


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a text seems to be instead of prose.

    Attributes:
        sign: what it looks like and by how much, for the ledger's `detail`.
        is_sure: whether that is enough to refuse it.
    """

    sign: str
    is_sure: bool


def doubt_prose(text: str) -> Doubt | None:
    """Return what a text seems to be instead of prose; None for prose, and where nothing tells."""
    sample = _sample(text)
    lines = [line[:LONGEST_LINE] for line in sample.split("\n") if line.strip()]
    if not lines:
        return None
    for look in _LOOKS:
        found = look(sample, lines)
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
        if line[0].isspace():  # a header goes on in the next line
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
    found = set(LICENCE.findall(" ".join(head.split())))
    if len(found) < LICENCE_SIGNS - 1:
        return None
    return Doubt("phrases of a licence", len(found) >= LICENCE_SIGNS)


def _packed(_: str, lines: Sequence[str]) -> Doubt | None:
    long = [line.encode("utf-8", "replace") for line in lines if len(line) >= PACKED_LINE]
    size = sum(map(len, long))
    if 2 * size < sum(map(len, lines)):
        return None
    symbols = sum(len(line) - len(line.translate(None, _SYMBOLS)) for line in long) / size
    sign = f"{symbols:.0%} of the characters of its long lines are symbols"
    return Doubt(sign, True) if symbols >= PACKED_SYMBOLS else None


def _forms(_: str, lines: Sequence[str]) -> Doubt | None:
    counts = dict.fromkeys((name for name, _ in FORMS), 0)
    odd = prose = 0
    for line in lines:
        form = form_of(line)
        if form is None:
            prose += len(line) if is_sentence(line) else 0
        else:
            counts[form] += 1
            odd += 1
    share, told = odd / len(lines), prose / sum(map(len, lines))
    begins = PROGRAM.match(lines[0]) is not None
    if odd < min(FEW_LINES, len(lines)) or share < PARTLY:
        return None
    most = max(counts, key=lambda name: counts[name])
    sign = f"{share:.0%} of the lines have the form of {most} and the like"
    return Doubt(sign, begins or (share >= MOSTLY and told < LONG_PROSE))


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


def form_of(line: str) -> str | None:
    """Return what a line has the form of, a name in `FORMS`; None for prose and anything else."""
    stripped = line.strip()
    if len(stripped) > PLAIN_LINE and SYMBOL.search(stripped) is None:
        return next((name for name, form in BY_BEGINNING if form.match(stripped)), None)
    whole = line if line[0].isspace() else stripped  # settings are told by their indent
    for name, form in FORMS:
        if form.match(whole if form is _SETTING else stripped):
            return name
    return None


def is_sentence(line: str) -> bool:
    """Return whether a line consists of words, at least five, or of a script without spaces."""
    if len(line) > PLAIN_LINE and SYMBOL.search(line) is None:
        return True
    parts = line.split()
    if len(line) > UNSPACED * len(parts):
        return True
    words = sum(_WORD.fullmatch(part) is not None for part in parts)
    return words >= FEWEST_WORDS and words >= MOSTLY_WORDS * len(parts)


_LOOKS: Final[tuple[Callable[[str, Sequence[str]], Doubt | None], ...]] = (
    _machine_made,
    _mail,
    _licence,
    _packed,
    _forms,
    _word_list,
    _manual,
)
