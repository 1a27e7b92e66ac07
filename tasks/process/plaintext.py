"""Plain text and Markdown to a title and paragraphs."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tasks.process.clean import boilerplate_kind

TITLE_LENGTH = 200
TITLE_WORDS = 30
TITLE_SEARCH = 4  # lines above it may be a skip link, a section, a date
SENTENCE_ENDS = tuple(".,;:!。…")
SENTENCE_STOPS = tuple('.!?:”"')
INDENT = re.compile(r"\s{2,}\S")
ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,7}|#x[0-9a-f]{2,6});", re.IGNORECASE)
TAG_IN_TEXT = re.compile(
    r"</?(?:p|br|div|span|b|i|em|strong|a|h[1-6]|ul|ol|li|blockquote)\b[^<>]{0,500}>", re.I
)

# Hard-wrapped text: most lines are about as long as each other and go on in the next.
WRAP_MIN, WRAP_MAX = 40, 100
WRAPPED_SHARE = 0.6

MARKDOWN_SIGN = re.compile(
    r"^(?:#{1,6} \S|```|\[[^\]\n]{1,200}\]: |!\[)|\[[^\]\n]{1,500}\]\([^)\n]{1,999}\)", re.MULTILINE
)
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*+[\"']?(.*)$", re.MULTILINE)
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(\S.*)$")
UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{3,})\s*$")
RULE = re.compile(r"^ {0,3}(?:[-*_]\s*){3,}$")
MARKUP = (
    (re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,999}\)"), ""),
    (re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,999}\)"), r"\1"),
    (re.compile(r"\[([^\]\n]{1,500})\]\[[^\]\n]{0,200}\]"), r"\1"),
    (re.compile(r"(?<!\w)(\*\*|__)(?=\S)([^\n]{1,999}?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"(?<![\w*_])([*_])(?=\S)([^*_\n]{1,999})(?<=\S)\1(?![\w*_])"), r"\2"),
    (re.compile(r"`([^`\n]{1,999})`"), r"\1"),
    (re.compile(r"^ {0,3}(?:>[ \t]?)+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])\s+(?=\S)", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}```.*$", re.MULTILINE), ""),
    (re.compile(r"^\[[^\]\n]+\]:[ \t]+\S+.*$", re.MULTILINE), ""),
)


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text without markup; the title is not among the paragraphs, and None if no line is one."""

    title: str | None
    paragraphs: tuple[str, ...]


def read_plain_text(text: str) -> PlainText:
    """Reads plain text, hard-wrapped text and Markdown.

    The title is the first headline-like line: short, no full stop at its end, apart from what
    follows or followed by something longer. A text that begins with a sentence has none.
    """
    text = _unescaped(text.replace("\r\n", "\n").replace("\r", "\n"))
    title = None
    if MARKDOWN_SIGN.search(text) or FRONT_MATTER.match(text):
        title, text = _without_markdown(text)
    lines = [line.rstrip() for line in text.split("\n")]
    if title is None:
        title, lines = _split_title(lines)
    return PlainText(title, tuple(_paragraphs(lines)))


def _unescaped(text: str) -> str:
    """Entities and tags that an export left behind."""
    if TAG_IN_TEXT.search(text):
        text = TAG_IN_TEXT.sub(_tag_as_text, text)
    return html.unescape(text) if ENTITY.search(text) else text


def _tag_as_text(tag: re.Match[str]) -> str:
    return "" if re.match(r"</?(?:span|b|i|em|strong|a)\b", tag[0], re.IGNORECASE) else "\n\n"


def _front_title(front: str) -> str | None:
    """Return the title that front matter names, without its quotes."""
    named = FRONT_TITLE.search(front)
    title = named[1].rstrip() if named else ""
    return (title[:-1] if title.endswith(("'", '"')) else title).strip() or None


def _without_markdown(text: str) -> tuple[str | None, str]:
    title = None
    front = FRONT_MATTER.match(text)
    if front:
        title = _front_title(front[1])
        text = text[front.end() :]
    lines: list[str] = []
    for line in text.split("\n"):
        heading = HEADING.match(line)
        if heading:
            name = heading[2].rstrip("# ")
            if title is None and len(heading[1]) == 1:
                title = _plain(name) or None
            else:
                lines += ["", name, ""]
        elif UNDERLINE.match(line) and lines and lines[-1].strip():
            lines.append("")
        elif not RULE.match(line):
            lines.append(line)
    return title, _plain("\n".join(lines))


def _plain(text: str) -> str:
    for markup, plain in MARKUP:
        text = markup.sub(plain, text)
    return text.strip("\n")


def _split_title(lines: list[str]) -> tuple[str | None, list[str]]:
    filled = [place for place, line in enumerate(lines) if line.strip()][: TITLE_SEARCH + 1]
    for place in filled[:TITLE_SEARCH]:
        if boilerplate_kind(lines[place]):
            continue
        if _is_title(lines, place):
            return lines[place].strip(), lines[:place] + lines[place + 1 :]
        break
    return None, lines


def _is_title(lines: list[str], place: int) -> bool:
    line = lines[place].strip()
    if len(line) > TITLE_LENGTH or line.endswith(SENTENCE_ENDS) or line[0].islower():
        return False
    if len(line.split()) > TITLE_WORDS or INDENT.match(lines[place]):
        return False
    rest = lines[place + 1 :]
    if not any(other.strip() for other in rest):
        return False
    apart = not rest[0].strip()
    return apart or INDENT.match(rest[0]) is not None or len(rest[0]) > max(100, 1.5 * len(line))


def _paragraphs(lines: list[str]) -> Iterator[str]:
    wrapped = _is_wrapped(lines)
    paragraph: list[str] = []
    for line in lines:
        begins = not line.strip() or not wrapped or INDENT.match(line)
        if begins and paragraph:
            yield " ".join(paragraph)
            paragraph = []
        if line.strip():
            paragraph.append(line.strip())
    if paragraph:
        yield " ".join(paragraph)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether line breaks come from a margin.

    Then most lines that go on in the next are about as long, and few of them end a sentence.
    """
    going_on = [
        line
        for line, following in pairwise(lines)
        if line.strip() and following.strip() and not INDENT.match(following)
    ]
    if not going_on or max(map(len, lines)) > 2 * WRAP_MAX:
        return False
    full = sum(WRAP_MIN <= len(line) <= WRAP_MAX for line in going_on)
    ends = sum(line.endswith(SENTENCE_STOPS) for line in going_on)
    return full >= WRAPPED_SHARE * len(going_on) and ends <= len(going_on) / 2
