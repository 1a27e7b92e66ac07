"""Recognise the form of a single line: code, logs, addresses, settings, or a sentence.

The patterns are matched at the beginning of a line, so that most of them fail at once: an unknown
text may have very many lines.
"""

import re
from typing import Final

# A line longer than PLAIN_LINE without any of these characters is prose: no pattern needs to be
# tried.
SYMBOL: Final = re.compile(r"[{}<>=;_|\\#$@\[\]/]")
PLAIN_LINE: Final = 100
_FEWEST_WORDS: Final = 5
MOSTLY_WORDS: Final = 0.8
# Average number of characters between spaces, from which on a script has no spaces between words:
# Chinese, Japanese, Thai.
_UNSPACED: Final = 30

_PLAIN_WORD = re.compile(
    r"[\"'“”‘’«»„(\[¿¡—–-]*[^\W_]+(?:[.'’&/:,-][^\W_]+)*[.,;:!?…\"'“”‘’«»)\]—–-]*"
)
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
    | (?:sudo|pip3?|npm|git|cd|apt-get|docker|conda|make|cmake|echo|export|set|curl|wget
      |rm|mkdir|chmod|gcc|python3?)\s\S.*
    | (?:SELECT|INSERT\sINTO|CREATE\s(?:TABLE|INDEX|VIEW)|DELETE\sFROM|DROP|ALTER\sTABLE)\s
    | (?=.*[a-z_=])(?:FROM|WHERE|GROUP\sBY|ORDER\sBY|HAVING|VALUES|(?:LEFT\s|INNER\s)?JOIN)
      \s[\w.(]+(?:\s[\w.=<>'%]+){0,3}[,;)]*$
    | (?:RUN|COPY|CMD|ENTRYPOINT|ENV|EXPOSE|WORKDIR|LABEL|ARG)\s\S+
    | \((?:def\w*|let\*?|if|cond|lambda|setq|print|require|ns|module|begin|loop|when|unless)\s
    | ;;.* | \|\s[^|=]{1,80}\s=\s\S
    | .*(?:->|=>|&&|\|\||!=|==|::|\+=|\\$|</?\w+>|%[sd]\b|\$\{|\$\(|\w\(\)|\w\[\w+\]).*
    | (?:diff|index|@@|\+\+\+|---)\s\S+.* | [+-]\s{2,}\S.*
    """,
    re.VERBOSE,
)
_LOG = re.compile(
    r"""
      [\[(<]?(?:--)?\d{4}[-/.]\d\d[-/.]\d\d[T\s_]\d\d:\d\d:\d\d
    | [\[(<]?\d\d[/.-](?:\d\d|\w{3})[/.-]\d{2,4}[\s:]\d\d:\d\d:\d\d
    | [\[(<]?\d\d:\d\d:\d\d(?:[.,]\d+)?[\])>]?\s(?!\W?[^\W\d_].*[.!?…][\"”»']?$)
    | \w{3}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s
    | \d{1,3}(?:\.\d{1,3}){3}\s
    | \[?(?:INFO|DEBUG|WARN|WARNING|ERROR|TRACE|NOTICE|FATAL|CRITICAL)\b[\]:\s]
    | (?:\d\d:)?\d\d:\d\d[.,]\d{3}\s-->\s | commit\s[0-9a-f]{7,40}\b | Author:\s[^<]{1,80}<\S+@\S+>$
    | (?:Resolving\s\S+\.{3}|Connecting\sto\s\S+\||HTTP\srequest\ssent|Saving\sto:\s|Length:\s\S+\s)
    | \[\s*\d+\.\d+\]\s | \[\d+/\d+\]\s | (?:Traceback|\s*File\s"|\s*at\s[\w$.]+\()
    """,
    re.VERBOSE,
)
_ADDRESS = re.compile(
    r"""
      (?:[-*•]\s|\d+[.)]?\s)?<?(?:\w{2,10}://|www\.)\S+(?:\s\S+){0,3}$
    | [\w-]+(?:\.[\w-]+)+(?:/\S*)?$ | \S{1,99}@\S{1,99}\.\w{1,20}$ | (?:\.{0,2}/|[A-Za-z]:\\|~/)\S+$
    | [\w.+-]+(?:/[\w.+-]+)+(?:,\S*)?$ | [0-9a-f]{32,}\s | [d-][rwx-]{9}\s
    | \[[^\]]+\]:\s?\S+$ | [^.!?/]{1,60}\s\(?https?://\S+$
    | [^.!?]{5,120}[\s:](?:\+|\(?0)\d[\d\s()/-]{5,}\d$
    """,
    re.VERBOSE,
)
_INDEX = re.compile(r"\s?CDX\s[A-Za-z]\s|[^\s()]+\)\S*\s\d{14}\s")
_REFERENCE = re.compile(
    r"""
      [A-Z][A-Z0-9]{1,3}\s{0,2}-\s | %[A-Z0-9@]\s | @\w+\s?\{ | \w+\s?=\s?[{"].*[}"],?$
    | (?:FN|VR|PT|AU|AF|TI|PY|DT|C1|CR|NR|TC|PU|SN|J9|VL|BP|EP|UT)\s(?=.*[a-z\d])\S | E[RF]$
    """,
    re.VERBOSE,
)
# Entries that begin with their authors: `Doe, J., & Roe, R. (2020). On things.` or
# `[1] J. Doe, "On things", 2020`.
_CITATION = re.compile(
    r"""
      (?:\[\d{1,3}\]\s|\d{1,3}\.\s)?[^\W\d_][\w'’-]{0,40},\s(?:[^\W\d_]\.[\s-]?){1,4}
      [^()]{0,300}\((?:18|19|20)\d\d[a-z]?[,)]
    | \[\d{1,3}\]\s(?:[^\W\d_]\.[\s-]?){1,4}[^\W\d_][\w'’-]{0,40}(?:,|\sand\s|\set\sal)
    """,
    re.VERBOSE,
)
_SETTING = re.compile(
    r"""
      \[[\w\s."'/:-]+\]$ | [\w.-]+\s?[=~<>!]=?\s?\S* | (?:-\s)?[\w-]+:$ | \s+[\w-]+:\s\S+$
    | (?:user-agent|disallow|allow|sitemap|crawl-delay|host):\s?\S*$
    | (?:Name|Version|Metadata-Version|Home-page|Author-email|License(?:-File|-Expression)?
      |Classifier|Requires-(?:Dist|Python)|Provides-Extra|Project-URL|Keywords|Platform|Package|Depends):\s
    | \#.* | ;.* | !.* | "[^"]*":\s.* | msg(?:id|str)\b.* | -{5}BEGIN\s.* | \.[A-Z]{1,2}\b.*
    | \\\w+[{\[].* | [\w.-]+,\s?[\w.-]+,\s?(?:DIRECT|RESELLER)\b.*
    | [A-Z][a-z]+(?:-[A-Z][A-Za-z]+)+:\s\S.*
    | (?:Contact|Canonical|Expires|Encryption|Policy|Server|Date|Set-Cookie):\s\S+.*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{50,}$")
_NUMBERS = re.compile(
    r"(?=\D*\d)[\s\d.,:;+\-/%()|eExX]++$|\S{1,40}(?:\s-?\d*\.\d+(?:e-?\d+)?){5,}$"
)

LINE_FORMS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("a log", _LOG),
    ("a list of addresses", _ADDRESS),
    ("an index of captures", _INDEX),
    ("a bibliography", _REFERENCE),
    ("a list of works", _CITATION),
    ("source code", _CODE),
    ("settings", _SETTING),
    ("encoded data", _ENCODED),
    ("numbers", _NUMBERS),
)

# The forms of long lines that have only plain characters: a log, a bibliography, a list of works.
BY_BEGINNING: Final = (LINE_FORMS[0], LINE_FORMS[3], LINE_FORMS[4])


def form_of(line: str) -> str | None:
    """Return the name in `LINE_FORMS` of a line's form; None for prose and anything else."""
    stripped = line.strip()
    if len(stripped) > PLAIN_LINE and SYMBOL.search(stripped) is None:
        return next((name for name, form in BY_BEGINNING if form.match(stripped)), None)
    whole = line if line[0].isspace() else stripped  # the form of settings includes the indent
    for name, form in LINE_FORMS:
        if form.match(whole if form is _SETTING else stripped):
            return name
    return None


def is_sentence(line: str) -> bool:
    """Return whether a line consists of words, at least five, or of a script without spaces."""
    if len(line) > PLAIN_LINE and SYMBOL.search(line) is None:
        return True
    parts = line.split()
    if len(line) > _UNSPACED * len(parts):
        return True
    words = sum(_PLAIN_WORD.fullmatch(part) is not None for part in parts)
    return words >= _FEWEST_WORDS and words >= MOSTLY_WORDS * len(parts)
