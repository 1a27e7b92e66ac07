"""Reads plain text and Markdown into a title and paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tasks.process.clean.paragraphs import boilerplate_kind
from tasks.process.row_markup import without_markup

TITLE_LENGTH = 200
TITLE_WORDS = 30
# Lines in which the title is looked for: a skip link, a section or a date may stand above it.
TITLE_SEARCH = 4
SENTENCE_ENDS = tuple(".,;:!。…")
SENTENCE_STOPS = tuple('.!?:”"')
INDENT = re.compile(r"\s{2,}\S")

# In hard-wrapped text, most lines have a length between these two and continue in the next line.
WRAP_MIN, WRAP_MAX = 40, 100
WRAPPED_SHARE = 0.6

# Signs that a text is Markdown: a heading, a fence, a link reference, an image or a link. Without
# any, `*` and `_` in a plain text are left alone.
MARKDOWN_SIGN = re.compile(
    r"^(?:#{1,6} \S|```|\[[^\]\n]{1,200}\]: |!\[)|\[[^\]\n]{1,500}\]\([^)\n]{1,999}\)", re.MULTILINE
)
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
FRONT_TITLE = re.compile(r"^title:[ \t]*+[\"']?(.*)$", re.MULTILINE)
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(\S.*)$")
UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{3,})\s*$")
RULE = re.compile(r"^ {0,3}(?:[-*_]\s*){3,}$")
# Markdown's markup and what remains of it: images nothing, links and emphasis their text. The
# repetitions are bounded, so that hostile texts cannot make the patterns slow.
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
    """A text without markup.

    Attributes:
        title: None if no line looks like a headline.
        paragraphs: without the title.
    """

    title: str | None
    paragraphs: tuple[str, ...]


def read_plain_text(text: str) -> PlainText:
    """Return the title and paragraphs of plain text, hard-wrapped text or Markdown.

    The title is the first line that looks like a headline: it is short, does not end with a full
    stop, and an empty line or a longer line follows. A text that begins with a sentence has none.
    """
    text = without_markup(text.replace("\r\n", "\n").replace("\r", "\n"))
    title = None
    if MARKDOWN_SIGN.search(text) or FRONT_MATTER.match(text):
        title, text = _without_markdown(text)
    lines = [line.rstrip() for line in text.split("\n")]
    if title is None:
        title, lines = _split_title(lines)
    return PlainText(title, tuple(_paragraphs(lines)))


def _front_title(front: str) -> str | None:
    """Return the title in the front matter of a Markdown file, without its quotes."""
    named = FRONT_TITLE.search(front)
    title = named[1].rstrip() if named else ""
    return (title[:-1] if title.endswith(("'", '"')) else title).strip() or None


def _without_markdown(text: str) -> tuple[str | None, str]:
    """Return the title of a Markdown text, if it has one, and the text without markup."""
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
            lines.append("")  # the line above is a heading: a paragraph of its own
        elif not RULE.match(line):
            lines.append(line)
    return title, _plain("\n".join(lines))


def _plain(text: str) -> str:
    for markup, plain in MARKUP:
        text = markup.sub(plain, text)
    return text.strip("\n")


def _split_title(lines: list[str]) -> tuple[str | None, list[str]]:
    """Return the title, or None, and the lines without it; boilerplate above it is skipped."""
    filled = [place for place, line in enumerate(lines) if line.strip()][: TITLE_SEARCH + 1]
    for place in filled[:TITLE_SEARCH]:
        if boilerplate_kind(lines[place]):
            continue
        if _is_title(lines, place):
            return lines[place].strip(), lines[:place] + lines[place + 1 :]
        break
    return None, lines


def _is_title(lines: list[str], place: int) -> bool:
    """Return whether a line looks like a headline and has text below it."""
    line = lines[place].strip()
    if len(line) > TITLE_LENGTH or line.endswith(SENTENCE_ENDS) or line[0].islower():
        return False
    if len(line.split()) > TITLE_WORDS or INDENT.match(lines[place]):
        return False
    rest = lines[place + 1 :]
    if not any(other.strip() for other in rest):
        return False
    if not rest[0].strip() or INDENT.match(rest[0]):
        return True
    return len(rest[0]) > max(100, 1.5 * len(line))


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Yield the paragraphs: single lines, or in hard-wrapped text the joined lines of each."""
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
    """Return whether line breaks come from a margin.

    In that case most lines that another line follows are nearly as long as the margin allows, and
    at most half of them end a sentence.
    """
    continued = [
        line
        for line, following in pairwise(lines)
        if line.strip() and following.strip() and not INDENT.match(following)
    ]
    if not continued or max(map(len, lines)) > 2 * WRAP_MAX:
        return False
    full = sum(WRAP_MIN <= len(line) <= WRAP_MAX for line in continued)
    ends = sum(line.endswith(SENTENCE_STOPS) for line in continued)
    return full >= WRAPPED_SHARE * len(continued) and ends <= len(continued) / 2
