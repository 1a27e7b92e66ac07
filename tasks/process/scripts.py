"""Finds a text that stands only in a page's scripts or `<noscript>`: pages that scripts build.

Such pages carry their state as JSON (`__NEXT_DATA__`, `window.__INITIAL_STATE__ = {...}`, pushes of
`__next_f`) with the story as strings: paragraphs of a list, or one string of HTML.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import orjson
from selectolax.lexbor import LexborHTMLParser

from tasks.process.body.blocks import whole_outline

# Limits of what strangers write.
MOST_SCRIPTS: Final = 200
LONGEST_SCRIPT: Final = 3_000_000
MOST_NODES: Final = 100_000
DEEPEST: Final = 60
MOST_VALUES: Final = 50  # of one script
MOST_TRIES: Final = 100  # each may read to the script's end

STARTS: Final = re.compile(r"(?:=|\(|:|return)\s{0,9}(?=[\[{\"'`])|JSON\.parse\(\s{0,9}(?=[\"'`])")
PARAGRAPH: Final = re.compile(r"<(?:p|br|div|h[1-6]|li|blockquote)\b", re.IGNORECASE)
TAG: Final = re.compile(r"<[a-zA-Z/]")
SENTENCE: Final = re.compile(r"[.!?…。！？؟।:;][\"'”’»)]*\s*$")
LEAST_STRING: Final = 40
LEAST_WORDS: Final = 5
DECODER: Final = json.JSONDecoder(strict=False)

Path = tuple[str | int, ...]


def text_in_scripts(tree: LexborHTMLParser) -> tuple[str, ...]:
    """Return the paragraphs of the longest text in scripts and `<noscript>`; () where none is."""
    found = [_paragraphs(strings) for strings in _groups(tree)]
    found += [_fragment(node.html or "") for node in tree.css("noscript")[:MOST_SCRIPTS]]
    return max(found, key=lambda lines: sum(map(len, lines)), default=())


def _groups(tree: LexborHTMLParser) -> Iterator[list[str]]:
    """Yield strings that stand side by side: of one list, or alone."""
    for script in tree.css("script")[:MOST_SCRIPTS]:
        text = script.text()
        if LEAST_STRING < len(text) <= LONGEST_SCRIPT:
            for value in islice(_values(text), MOST_VALUES):
                yield from _groups_of(value)


def _groups_of(value: object) -> Iterable[list[str]]:
    groups: dict[Path, list[str]] = {}
    for path, string in islice(_strings(value, (), 0), MOST_NODES):
        groups.setdefault(_without_last_index(path), []).append(string)
    return groups.values()


def _values(script: str) -> Iterator[object]:
    """Yield the JSON values of a script: the whole of it, or what is assigned or passed."""
    try:
        yield orjson.loads(script)
        return
    except orjson.JSONDecodeError:
        pass
    at = 0
    for _ in range(MOST_TRIES):
        found = STARTS.search(script, at)
        if found is None:
            return
        try:
            value, at = DECODER.raw_decode(script, found.end())
        except (ValueError, RecursionError):
            at = found.end() + 1
            continue
        yield value


def _strings(value: object, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        yield from _from_string(value, path, depth)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _strings(item, (*path, number), depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, (*path, str(key)), depth + 1)


def _from_string(text: str, path: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """Yield a string that is a sentence or HTML; of one that is JSON again, what it holds."""
    start = text.find("{", 0, 200)
    if len(text) > LEAST_STRING and start >= 0 and text.rstrip()[-1:] in "]}":
        for value in islice(_values(text if start == 0 else f"={text[start:]}"), MOST_VALUES):
            yield from _strings(value, (*path, "json"), depth + 1)
    elif is_telling(text):
        yield path, text


def is_telling(text: str) -> bool:
    """Return whether a string is a paragraph of a text, or HTML that has some."""
    if len(text) < LEAST_STRING:
        return False
    if PARAGRAPH.search(text) or PARAGRAPH.search(html.unescape(text[:2_000])):
        return True
    is_spaced = text.count(" ") >= LEAST_WORDS - 1
    return (is_spaced or not text.isascii()) and SENTENCE.search(text) is not None


def _without_last_index(path: Path) -> Path:
    """Return the path without its innermost index, which the paragraphs of one list differ in.

    The bodies of several stories differ in an outer index, and stay apart.
    """
    for place in range(len(path) - 1, -1, -1):
        if isinstance(path[place], int):
            return (*path[:place], "*", *path[place + 1 :])
    return path


def _paragraphs(strings: list[str]) -> tuple[str, ...]:
    return tuple(line for string in dict.fromkeys(strings) for line in _lines(string))


def _lines(text: str) -> tuple[str, ...]:
    if not TAG.search(text) and TAG.search(unescaped := html.unescape(text)):
        text = unescaped
    if TAG.search(text):
        return _fragment(text)
    return tuple(line for part in text.split("\n") if (line := " ".join(part.split())))


def _fragment(markup: str) -> tuple[str, ...]:
    """Return the paragraphs of a piece of HTML."""
    inner = re.sub(r"</?noscript\b[^<>]{0,200}>", "", markup, flags=re.IGNORECASE)
    body = LexborHTMLParser(f"<body>{inner}").body
    texts = whole_outline(body).texts if body is not None else []
    return tuple(text for text in texts if is_telling(text) or len(texts) > 2)
