"""Finds the text of pages that are built by scripts: it stands only in scripts or `<noscript>`.

These pages hold their state as JSON (`__NEXT_DATA__`, `window.__INITIAL_STATE__ = {...}`, pushes of
`__next_f`) with the story as strings: a list of paragraphs, or one string of HTML.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

import orjson
from selectolax.lexbor import LexborHTMLParser

from tasks.process.body.blocks import whole_outline
from tasks.web.references import unescape_html

# Bounds against hostile pages.
MOST_SCRIPTS: Final = 200
LONGEST_SCRIPT: Final = 3_000_000
_MOST_NODES: Final = 100_000
_DEEPEST: Final = 60
MOST_VALUES: Final = 50  # JSON values per script
MOST_TRIES: Final = 100  # attempts to decode JSON per script; each may read to the script's end

# Attributes in which frameworks pass a page's state to their scripts.
STATE_ATTRIBUTES: Final = ("data-page", "data-props", "data-react-props", "data-state")
# Keys under which the trees of rich text editors hold the pieces of a paragraph: Slate, ProseMirror
# and Portable Text.
PIECES: Final = ("children", "content", "nodes", "leaves")
# React Server Components ("Flight"): scripts push parts of one text, each line of which is JSON.
FLIGHT: Final = "__next_f"
FLIGHT_PARAGRAPH: Final = re.compile(r'\["\$","(?:p|li|blockquote|h[2-6])",')
# A string of JavaScript that is not valid JSON: other quotes, and escapes such as \x3c.
SCRIPT_STRING: Final = re.compile(
    "|".join(rf"{quote}([^{quote}\\]*(?:\\.[^{quote}\\]*)*){quote}" for quote in "\"'`"), re.DOTALL
)
ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "\n": ""}
_STARTS: Final = re.compile(r"(?:=|\(|:|return)\s{0,9}(?=[\[{\"'`])|JSON\.parse\(\s{0,9}(?=[\"'`])")
PARAGRAPH: Final = re.compile(r"<(?:p|br|div|h[1-6]|li|blockquote)\b", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-zA-Z/]")
_SENTENCE: Final = re.compile(r"[.!?…。！？؟।:;][\"'”’»)]*\s*$")
LEAST_STRING: Final = 40
LEAST_WORDS: Final = 5
DECODER: Final = json.JSONDecoder(strict=False)

Path = tuple[str | int, ...]


def text_in_scripts(tree: LexborHTMLParser) -> tuple[str, ...]:
    """Return the paragraphs of the longest text in scripts and `<noscript>`; () if none has any."""
    found = [_paragraphs(strings) for strings in _groups(tree)]
    found += [_fragment(node.html or "") for node in tree.css("noscript")[:MOST_SCRIPTS]]
    return max(found, key=lambda lines: sum(map(len, lines)), default=())


def _groups(tree: LexborHTMLParser) -> Iterator[list[str]]:
    """Yield groups of strings that belong together: those of one list, or a single string."""
    flight: list[str] = []
    for text in islice(_sources(tree), MOST_SCRIPTS):
        if not LEAST_STRING < len(text) <= LONGEST_SCRIPT:
            continue
        if text.lstrip().startswith("<") and PARAGRAPH.search(text):  # a template
            yield [text]
            continue
        for value in islice(_values(text), MOST_VALUES):
            yield from _groups_of(value)
            if FLIGHT in text and isinstance(value, list):
                flight += [part for part in value if isinstance(part, str)]
    if flight:
        yield list(islice(_flight_paragraphs("".join(flight)), MOST_TRIES))


def _sources(tree: LexborHTMLParser) -> Iterator[str]:
    """Yield the texts that may hold a page's state: its scripts, and some attributes."""
    for script in tree.css("script"):
        yield script.text()
    for name in STATE_ATTRIBUTES:
        for node in tree.css(f"[{name}]"):
            yield node.attributes.get(name) or ""


def _flight_paragraphs(rows: str) -> Iterator[str]:
    """Yield the paragraphs in React's Flight format: `["$","p",null,{"children":"..."}]`."""
    for found in FLIGHT_PARAGRAPH.finditer(rows):
        try:
            element, _ = DECODER.raw_decode(rows, found.start())
        except (ValueError, RecursionError):
            continue
        text = _flight_text(element, 0)
        if is_prose_or_markup(text):
            yield text


def _flight_text(node: object, depth: int) -> str:
    """Return the text of a Flight node; an element is a list that begins with "$"."""
    if isinstance(node, str) or depth > _DEEPEST:
        return node if isinstance(node, str) else ""
    if isinstance(node, list) and node[:1] == ["$"]:
        properties = node[-1]
        below = properties.get("children") if isinstance(properties, dict) else None
        return _flight_text(below, depth + 1)
    return "".join(_flight_text(one, depth + 1) for one in node) if isinstance(node, list) else ""


def _groups_of(value: object) -> Iterable[list[str]]:
    """Return the strings of a JSON value, grouped by their path without its last index."""
    groups: dict[Path, list[str]] = {}
    for path, string in islice(_strings(value, (), 0), _MOST_NODES):
        groups.setdefault(_without_last_index(path), []).append(string)
    return groups.values()


def _values(script: str) -> Iterator[object]:
    """Yield the JSON values of a script: the whole script, or values assigned or passed in it."""
    try:
        yield orjson.loads(script)
        return
    except orjson.JSONDecodeError:
        pass
    at = 0
    for _ in range(MOST_TRIES):
        found = _STARTS.search(script, at)
        if found is None:
            return
        try:
            value, at = DECODER.raw_decode(script, found.end())
        except (ValueError, RecursionError):
            quoted = SCRIPT_STRING.match(script, found.end())
            at = quoted.end() if quoted else found.end() + 1
            if quoted:
                yield ESCAPE.sub(_unescaped, quoted[quoted.lastindex or 0])
            continue
        yield value


def _unescaped(found: re.Match[str]) -> str:
    """Return the character that an escape sequence of JavaScript stands for."""
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else LETTERS.get(found[3], found[3])


def _strings(value: object, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """Yield the strings in a JSON value that are text or HTML, each with its path of keys."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        yield from _from_string(value, path, depth)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _strings(item, (*path, number), depth + 1)
    elif isinstance(value, dict):
        paragraph = _paragraph(value, depth)
        if is_prose_or_markup(paragraph):
            yield path, paragraph
            return
        for key, item in value.items():
            yield from _strings(item, (*path, str(key)), depth + 1)


def _paragraph(node: dict[str, object], depth: int) -> str:
    """Return the text of a paragraph in an editor's tree, whose pieces are links, bold text etc.

    Return "" for a node none of whose pieces is a text: it is a list of paragraphs, for example.
    """
    for key in PIECES:
        pieces = node.get(key)
        if isinstance(pieces, list) and depth <= _DEEPEST:
            parts = [piece for piece in pieces if isinstance(piece, dict)]
            if any(_leaf(piece) for piece in parts):
                return "".join(_leaf(piece) or _paragraph(piece, depth + 1) for piece in parts)
    return ""


def _leaf(piece: dict[str, object]) -> str:
    """Return the text of a piece without pieces of its own, else ""."""
    text = piece.get("text", piece.get("value"))
    return text if isinstance(text, str) else ""


def _from_string(text: str, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """Yield a string if it is a sentence or HTML; for a string of JSON, the strings in it."""
    if text.startswith(("%7B", "%5B")):
        text = unquote(text)
    start = text.find("{", 0, 200)
    if len(text) > LEAST_STRING and start >= 0 and text.rstrip()[-1:] in "]}":
        for value in islice(_values(text if start == 0 else f"={text[start:]}"), MOST_VALUES):
            yield from _strings(value, (*path, "json"), depth + 1)
    elif is_prose_or_markup(text):
        yield path, text


def is_prose_or_markup(text: str) -> bool:
    """Return whether a string is a paragraph of a text, or HTML with paragraphs."""
    if len(text) < LEAST_STRING:
        return False
    if PARAGRAPH.search(text) or PARAGRAPH.search(unescape_html(text[:2_000])):
        return True
    is_spaced = text.count(" ") >= LEAST_WORDS - 1
    return (is_spaced or not text.isascii()) and _SENTENCE.search(text) is not None


def _without_last_index(path: Path) -> Path:
    """Return the path with its innermost index replaced by `*`.

    The paragraphs of one list differ in that index only, so they get the same path. The bodies of
    several stories differ in an outer index, so they are not joined.
    """
    for place in range(len(path) - 1, -1, -1):
        if isinstance(path[place], int):
            return (*path[:place], "*", *path[place + 1 :])
    return path


def _paragraphs(strings: list[str]) -> tuple[str, ...]:
    return tuple(line for string in dict.fromkeys(strings) for line in _lines(string))


def _lines(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a string: of HTML, of escaped HTML, or its lines."""
    if not _TAG.search(text) and _TAG.search(unescaped := unescape_html(text)):
        text = unescaped
    if _TAG.search(text):
        return _fragment(text)
    return tuple(line for part in text.split("\n") if (line := " ".join(part.split())))


def _fragment(markup: str) -> tuple[str, ...]:
    """Return the paragraphs of a piece of HTML."""
    inner = re.sub(r"</?noscript\b[^<>]{0,200}>", "", markup, flags=re.IGNORECASE)
    body = LexborHTMLParser(f"<body>{inner}").body
    texts = whole_outline(body).texts if body is not None else []
    # A fragment of one or two short texts is a label or a caption, not a story.
    return tuple(text for text in texts if is_prose_or_markup(text) or len(texts) > 2)
