"""The forms of single lines: code, logs, addresses, settings; and sentences.

Each pattern looks at one line, and at its beginning first: texts of strangers have many lines.
"""

import re
from typing import Final

# A longer line without any of these characters is prose: the patterns need not be tried.
SYMBOL: Final = re.compile(r"[{}<>=;_|\\#$@\[\]/]")
PLAIN_LINE: Final = 100
FEWEST_WORDS: Final = 5
MOSTLY_WORDS: Final = 0.8
UNSPACED: Final = 30  # characters between spaces on average: Chinese, Japanese, Thai

_WORD = re.compile(r"[\"'“”‘’«»„(\[¿¡—–-]*[^\W_]+(?:[.'’&/:,-][^\W_]+)*[.,;:!?…\"'“”‘’«»)\]—–-]*")
_CODE = re.compile(
    r"""
      .*[{}]$ | [)}\]]+[,;]?$
    | (?=[^=(]*[=(]).*;$ | [\w$.-]+\s*:\s*[^;]{1,200};$
    | (?:import|package|using|use|include|require|namespace)
      \s[\w.:*/<>"']+(?:\s(?:as|qw)\s\S+)?;?$
    | from\s[\w.]+\simport\s | (?:\#include|\#define|\#ifn?def|\#endif|\#!)
    | (?:<\?|<%|/\*|\*/|//|--\s|\{%|\{\{|\{\#)
    | (?:def|class|function|func|fn|sub|proc|struct|enum|interface|module|macro|template)
      \s\w+\s*[({:<]
    | (?:const|let|var|static|public|private|protected|extern|typedef|unsigned|void|int|char|bool)
      \s.*[(=;]
    | (?:if|elif|while|for|switch|catch|except|with|try|else)\b.*[:{]$
    | (?:end|fi|done|esac|endif)\s*;?$
    | (?:if|for|while|else)\s?\(.* | return\b.*[;()\[\]'"_.]
    | @\w[\w.-]*\s?[({].* | @\w[\w.]*$ | [.\#]?[\w-]+(?:[.\#>:\s,][\w-]*)*\s?\{
    | [$\w.\[\]"'-]+\s?(?:[+:|*-]?=|<-|=>)\s?\S | [\w.]+\(.*[()\s,;:\\]$
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
      (?:[-*•]\s|\d+[.)]?\s)?<?(?:\w{2,10}://|www\.)\S+(?:\s\S+){0,3}$
    | [\w-]+(?:\.[\w-]+)+(?:/\S*)?$ | \S{1,99}@\S{1,99}\.\w{1,20}$ | (?:\.{0,2}/|[A-Za-z]:\\|~/)\S+$
    | [\w.+-]+(?:/[\w.+-]+)+(?:,\S*)?$ | [0-9a-f]{32,}\s | [d-][rwx-]{9}\s
    | \[[^\]]+\]:\s?\S+$
    """,
    re.VERBOSE,
)
_INDEX = re.compile(r"\s?CDX\s[A-Za-z]\s|[^\s()]+\)\S*\s\d{14}\s")
_REFERENCE = re.compile(
    r"[A-Z][A-Z0-9]{1,3}\s{0,2}-\s|%[A-Z0-9@]\s|@\w+\s?\{|\w+\s?=\s?[{\"].*[}\"],?$"
)
_SETTING = re.compile(
    r"""
      \[[\w\s."'/:-]+\]$ | [\w.-]+\s?[=~<>!]=?\s?\S* | (?:-\s)?[\w-]+:$ | \s+[\w-]+:\s\S+$
    | (?:user-agent|disallow|allow|sitemap|crawl-delay|host):\s?\S*$
    | (?:Name|Version|Metadata-Version|Home-page|Author-email|License(?:-File|-Expression)?
      |Classifier|Requires-(?:Dist|Python)|Provides-Extra|Project-URL|Keywords|Platform|Package|Depends):\s
    | \#.* | ;.* | !.* | "[^"]*":\s.* | msg(?:id|str)\b.* | -{5}BEGIN\s.* | \.[A-Z]{1,2}\b.*
    | \\\w+[{\[].*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{50,}$")
_NUMBERS = re.compile(r"(?=\D*\d)[\s\d.,:;+\-/%()|eExX]++$")

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

BY_BEGINNING: Final = (FORMS[0], FORMS[3])  # a long line may be a log's, or an abstract


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
