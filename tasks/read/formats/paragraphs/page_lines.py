"""Joins the lines of printed pages to paragraphs, without running heads and page numbers.

A PDF has lines at places and no paragraphs. A paragraph ends at a gap, at a short line, or where
the font changes. What stands at the edge of several pages belongs to them and not to the text.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles

from tasks.read.formats.paragraphs import MOST_CHARACTERS, Paragraph, tidy

# Neighbours that a page is compared with on each side: left and right pages may have other heads.
_REACH = 2
_MOST_EDGE_ROWS = 4
_MOST_TITLE_LINES = 3
_SAME_PLACE = 3.0  # points
_PAGE_NUMBER = re.compile(
    r"\W{0,3}(?:(?:page|seite|página|pagina|pág|sida|side|strona|blz|p|s)\b\.?\s{0,3})?\d{1,4}"
    r"(?:\s{0,3}(?:/|of|von|de|sur|di|van|av|af|z)\s{0,3}\d{1,4})?\W{0,3}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_LABEL = re.compile(r"[^\W\d_][\w/ -]{1,30}:(?:\s|$)")
_SENTENCE_END = (".", "!", "?", "”", '"', "»", ":", "。")
_HYPHENATED = re.compile(r"[^\W\d_]-$")
# Share of lines that end with a hyphen in a text whose words are hyphenated. In others such a line
# ends within a compound, which keeps its hyphen.
_HYPHENATED_SHARE = 0.04
_GAP = 1.35  # of the usual distance between lines
_SHORT = 0.6  # of a full line
_MOST_LEADING = 1.6  # heights of the font
# Indent of a paragraph's first line, in heights of the font. What stands further right is centred.
_LEAST_INDENT, _MOST_INDENT = 0.8, 4.0


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page.

    Attributes:
        x, y: place of its first character in points, from the left and from below.
        size: height of the font in points.
        bold: whether all of it is bold.
        bold_start: whether its beginning is bold, as labels are.
    """

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    bold_start: bool = False


PageLines = Sequence[PageLine]


@dataclass(frozen=True, slots=True)
class _Measures:
    """The usual distances and sizes on a page and its neighbours.

    Attributes:
        pitch: distance between the lines of a paragraph in points.
        full: characters of a full line.
        left: the left margin in points.
        size: height of the text's font in points.
        hyphenated: whether words are hyphenated at line ends.
    """

    pitch: float
    full: float
    left: float
    size: float
    hyphenated: bool


def page_paragraphs(
    pages: Iterable[PageLines], is_mark: Callable[[str], bool]
) -> Iterator[Paragraph]:
    """Yield the paragraphs of pages, one page and its neighbours in memory at a time.

    Args:
        is_mark: returns whether a line parts documents, as `End of Document` does. Such lines
            recur, and are kept.
    """
    open_lines: list[PageLine] = []
    measures = _Measures(0, 0, 0, 0, hyphenated=False)
    for page, around in _with_neighbours(pages):
        measures = _measure([line for one in (page, *around) for line in one])
        kept = _without_furniture(page, around, measures, is_mark)
        for number, line in enumerate(kept):
            if open_lines and _begins(line, open_lines[-1], measures, first=number == 0):
                yield _paragraph(open_lines, measures)
                open_lines = []
            open_lines.append(line)
            if is_mark(line.text):
                yield _paragraph(open_lines, measures)
                open_lines = []
    if open_lines:
        yield _paragraph(open_lines, measures)


def _with_neighbours(pages: Iterable[PageLines]) -> Iterator[tuple[PageLines, list[PageLines]]]:
    """Yield each page with those up to `_REACH` before and behind it."""
    window: deque[PageLines] = deque(maxlen=2 * _REACH + 1)
    at = 0  # place in the window of the page to be yielded next
    for page in pages:
        full = len(window) == window.maxlen
        window.append(page)
        at -= full
        if len(window) - at > _REACH:
            yield window[at], _others(window, at)
            at += 1
    while at < len(window):
        near = deque(list(window)[max(at - _REACH, 0) :])
        yield window[at], _others(near, min(at, _REACH))
        at += 1


def _others(window: Iterable[PageLines], at: int) -> list[PageLines]:
    return [page for number, page in enumerate(window) if number != at]


def _measure(lines: Sequence[PageLine]) -> _Measures:
    if not lines:
        return _Measures(0, 0, 0, 0, hyphenated=False)
    weights: Counter[float] = Counter()
    margins: Counter[int] = Counter()
    for line in lines:
        weights[round(line.size, 1)] += len(line.text)
        margins[round(line.x)] += 1
    size = weights.most_common(1)[0][0]
    body = [line for line in lines if abs(line.size - size) < 0.6]
    hyphens = sum(_HYPHENATED.search(line.text) is not None for line in body)
    return _Measures(
        pitch=_pitch(body, size),
        full=quantiles((len(line.text) for line in body), n=10)[8] if len(body) > 1 else 0,
        left=margins.most_common(1)[0][0],
        size=size,
        hyphenated=hyphens > max(2, _HYPHENATED_SHARE * len(body)),
    )


def _pitch(lines: PageLines, size: float) -> float:
    """Return the distance of the lines within paragraphs: the smallest one, if it is plausible.

    It may be rare, as on a page of short paragraphs. Double-spaced texts have a larger one.
    """
    gaps = Counter(round(2 * (above.y - below.y)) / 2 for above, below in pairwise(lines))
    plausible = [gap for gap in gaps if 0.9 * size <= gap <= _MOST_LEADING * size]
    spaced = (gap for gap, times in gaps.items() if times > 1 and 0 < gap < 4 * size)
    return min(plausible or spaced, default=1.2 * size)


def _begins(line: PageLine, last: PageLine, usual: _Measures, *, first: bool) -> bool:
    """Return whether a line begins a paragraph behind the last line.

    Args:
        first: it is the first of its page.
    """
    if abs(line.size - last.size) > 0.1 * last.size or line.bold != last.bold:
        return True
    if line.bold_start and not line.bold:
        return True
    larger = max(line.size / usual.size, 1) if usual.size else 1
    if len(last.text) < _SHORT * usual.full / larger or _LABEL.match(line.text):
        return True
    indent = (line.x - usual.left) / line.size
    if _LEAST_INDENT < indent < _MOST_INDENT and last.x - usual.left < _LEAST_INDENT * line.size:
        return True
    gap = last.y - line.y
    if first or gap < -line.size:  # the next page or column
        return last.text.rstrip().endswith(_SENTENCE_END) and not line.text[:1].islower()
    return gap > _GAP * usual.pitch * larger


def _paragraph(lines: Sequence[PageLine], usual: _Measures) -> Paragraph:
    pieces: list[str] = []
    for line in lines:
        text = line.text.strip()
        if pieces and _HYPHENATED.search(pieces[-1]) and text[:1].islower():
            joined = pieces[-1][:-1] if usual.hyphenated else pieces[-1]
            pieces[-1] = joined + text
        else:
            pieces.append(text)
    return Paragraph(
        tidy(" ".join(pieces).replace("\u00ad ", "").replace("\u00ad", "")[:MOST_CHARACTERS]),
        centred=all(line.x - usual.left > _MOST_INDENT * line.size for line in lines),
        strong=all(line.bold for line in lines),
    )


def _without_furniture(
    page: PageLines, around: Sequence[PageLines], usual: _Measures, is_mark: Callable[[str], bool]
) -> list[PageLine]:
    """Return the lines of a page without its running heads, feet and page number."""
    places: dict[str, list[float]] = {}
    for other in around:
        for line in _edge_lines(other):
            places.setdefault(_shape(line), []).append(line.y)
    left_out: set[int] = set()
    for rows in (_rows(page, reverse=True), _rows(page, reverse=False)):
        for row in rows[: _margin_rows(rows, places, usual, is_mark)]:
            left_out.update(map(id, row))
    kept = [line for line in page if id(line) not in left_out]
    return kept[_repeated_title(kept) :]


def _margin_rows(
    rows: Sequence[PageLines],
    places: dict[str, list[float]],
    usual: _Measures,
    is_mark: Callable[[str], bool],
) -> int:
    """Return how many rows at an edge are furniture: a gap parts them from the text."""
    count = 0
    for number, row in enumerate(rows[:_MOST_EDGE_ROWS], 1):
        if not all(_is_furniture(line, places, usual, is_mark) for line in row):
            break
        inner = rows[number][0].y if number < len(rows) else None
        if inner is None or abs(row[0].y - inner) > _GAP * usual.pitch:
            count = number
    return count


def _is_furniture(
    line: PageLine,
    places: dict[str, list[float]],
    usual: _Measures,
    is_mark: Callable[[str], bool],
) -> bool:
    """Return whether a line at an edge is a page number, or is at the same place of other pages.

    A line in a larger font is a headline, even if each page begins with the same one.
    """
    if is_mark(line.text) or line.size > 1.1 * usual.size:
        return False
    if _PAGE_NUMBER.fullmatch(line.text.strip()):
        return True
    return any(abs(line.y - y) < _SAME_PLACE for y in places.get(_shape(line), ()))


def _repeated_title(lines: PageLines) -> int:
    """Return how many of the first lines are the headline that follows them.

    The running head of a download has it on each page, above the headline itself, too.
    """
    for count in range(1, _MOST_TITLE_LINES + 1):
        title = _words(lines[:count])
        for end in range(count + 1, count + 1 + _MOST_TITLE_LINES):
            following = lines[count:end]
            stands_out = any(line.bold or line.size > lines[0].size for line in following)
            if title and stands_out and end <= len(lines) and _words(following) == title:
                return count
    return 0


def _words(lines: PageLines) -> list[str]:
    return [word for line in lines for word in line.text.split()]


def _edge_lines(page: PageLines) -> Iterator[PageLine]:
    for reverse in (True, False):
        for row in _rows(page, reverse=reverse)[:_MOST_EDGE_ROWS]:
            yield from row


def _rows(page: PageLines, *, reverse: bool) -> list[list[PageLine]]:
    """Return the lines by their height: from above if reversed, else from below."""
    rows: list[list[PageLine]] = []
    for line in sorted(page, key=lambda line: line.y, reverse=reverse):
        if rows and abs(rows[-1][0].y - line.y) < _SAME_PLACE:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _shape(line: PageLine) -> str:
    """Return the text with all numbers alike: page numbers, dates and times change."""
    return _DIGITS.sub("0", " ".join(line.text.split()))
