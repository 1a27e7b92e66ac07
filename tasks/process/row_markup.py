"""Undoes HTML and escapes in what came as text: columns of tables, fields of APIs, exports."""

import re
from typing import Final

from tasks.web.references import unescape_html

# All elements of HTML and some of its past; a "<" before any other word is part of the text.
_BLOCKS: Final = (
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre "
    "section summary table tbody tfoot thead title tr ul"
)
_INLINE: Final = (
    "a abbr acronym area audio b base bdi bdo big canvas cite code col colgroup data datalist del "
    "dfn em embed font i img input ins kbd label link map mark meta meter object optgroup output "
    "param picture progress q rp rt ruby s samp small source span strike strong sub sup td th time "
    "track tt u var video wbr"
)
# Elements whose content is no text of the story. Captions are furniture on pages, too.
_DROPPED: Final = "button figcaption head iframe noscript script select style svg template textarea"
_NAMES: Final = "|".join((*_BLOCKS.split(), *_INLINE.split(), *_DROPPED.split()))
# Names of a library's own: <o:p>, <amp-img>, <fb:like>.
_TAG: Final = re.compile(
    rf"</?({_NAMES}|[a-z][a-z0-9]{{0,20}}[:-][\w-]{{1,40}})"
    r"(?=[\s/>])(?:[^<>\"']|\"[^\"]{0,9999}\"|'[^']{0,9999}')*+>",
    re.IGNORECASE,
)
# A text that only speaks of `<html>` has no closing tag, no break, no attributes.
_SIGN: Final = re.compile(
    rf"</(?:{_NAMES})\s?>|<(?:br|p|hr)\s?/?>|<(?:{_NAMES})\s[^<>]{{0,999}}=|<!--", re.IGNORECASE
)
_ESCAPED_SIGN: Final = re.compile(
    rf"&(?:amp;)?lt;(?:/(?:{_NAMES})|br ?/?|p)(?:&(?:amp;)?gt;|>)", re.IGNORECASE
)
_ENTITY: Final = re.compile(r"&(?:[a-z]{2,8}|#\d{2,7}|#x[0-9a-f]{2,6});", re.IGNORECASE)
_OPENED: Final = re.compile(
    rf"<!--|<({'|'.join(_DROPPED.split())})(?=[\s/>])[^<>]{{0,9999}}>", re.IGNORECASE
)
_IN_BLOCKS: Final = re.compile(r"<(?:p|div|br|li|h[1-6])[\s/>]", re.IGNORECASE)
_ONE_BREAK: Final = re.compile(r"(?<!\n)\n(?!\n)")
_BLOCK_NAMES: Final = frozenset(_BLOCKS.split())
_CELLS: Final = frozenset({"td", "th"})
# "\n" in two characters, where a sentence ends before it; a folder's name follows a letter.
_LITERAL_BREAKS: Final = re.compile(r"\\n(?:\\r)?\\n|[.!?>\"”’»)。](?:\\r)?\\n")
_LITERAL: Final = re.compile(r"(?<!:)(?:\\r)?\\n")
# "… [+2345 chars]" (NewsAPI): the rest of the text is not there.
_CUT_MARK: Final = re.compile(r"\[\+ ?\d[\d,.]{0,20} (?:more )?char(?:acter)?s\]$", re.IGNORECASE)


def without_cut_mark(text: str) -> str | None:
    """Return a text without the mark at its end that says how much is missing; None without one."""
    text = text.rstrip()
    mark = _CUT_MARK.search(text)
    return text[: mark.start()].rstrip() if mark else None


def without_markup(text: str) -> str:
    """Return a text without HTML, entities and escaped line ends; blocks become paragraphs."""
    if "\\n" in text and _LITERAL_BREAKS.search(text):
        text = _LITERAL.sub("\n", text).replace('\\"', '"').replace("\\t", " ")
    if "&" in text and not _SIGN.search(text) and _ESCAPED_SIGN.search(text):
        text = unescape_html(text)
        text = unescape_html(text) if _ESCAPED_SIGN.search(text) else text
    if "<" in text and _SIGN.search(text):
        if _IN_BLOCKS.search(text):
            text = _ONE_BREAK.sub(" ", text)
        text = _TAG.sub(_as_space, _without_dropped(text))
    return unescape_html(text) if _ENTITY.search(text) else text


def _without_dropped(text: str) -> str:
    """Return a text without comments, scripts and the like.

    What is never closed loses only its tag. Each kind of end is searched once more at most after
    it was missing, so the time is linear.
    """
    parts: list[str] = []
    lower = text.lower()
    missing: set[str] = set()
    at = 0
    while found := _OPENED.search(text, at):
        name = (found[1] or "").lower()
        end = f"</{name}" if name else "-->"
        close = -1 if end in missing else lower.find(end, found.end())
        parts.append(text[at : found.start()])
        at = found.end()
        if close < 0:
            missing.add(end)
        else:
            shut = text.find(">", close) if name else close + 2
            at = shut + 1 if shut >= 0 else len(text)
    return "".join(parts) + text[at:]


def _as_space(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    if name in _BLOCK_NAMES:
        return "\n\n"
    return " " if name in _CELLS else ""
