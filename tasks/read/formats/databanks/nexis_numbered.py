"""Reads downloads of LexisNexis, Nexis UK and Lexis Academic.

A line such as `1 of 10 DOCUMENTS` begins each document. The order is the same in TXT, HTML, DOC and
RTF: masthead, date, headline, labelled lines, text, labelled lines, copyright.
"""

import re
from collections.abc import Iterator, Sequence

from tasks.read.formats.databanks.articles import BrokenDocument, DeclaredCount, DownloadPart
from tasks.read.formats.databanks.dates import is_date, read_date
from tasks.read.formats.databanks.fields import unwrapped
from tasks.read.formats.databanks.labels import folded_label, split_label
from tasks.read.formats.databanks.nexis_fields import LABELS, article_of, editions, join
from tasks.read.formats.databanks.segments import Segment, segments
from tasks.read.formats.paragraphs import Paragraph

_OF = r"(?:of|von|de|di|van|sur|da|do|af|av|z|из)"
_NUMBER = r"(\d{1,3}(?:[.,]\d{3})+|\d{1,7})"
_MARK = re.compile(
    rf"(?:(?:print|druck|seite|page)?\s*(?:do[ck]\w*|artikel|article)\.?\s+{_NUMBER}\s+{_OF}\s+{_NUMBER}"
    rf"|{_NUMBER}\s+{_OF}\s+{_NUMBER}\s+do[ck]\w*)",
    re.IGNORECASE,
)
_SELECTED = re.compile(r"\b(\d[\d,.]{0,9})\s?[-–]\s?(\d[\d,.]{0,9})$")
_COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\)|alle rechte|all rights reserved|tous droits|todos los derechos|"
    r"tutti i diritti|alle rechten|todos os direitos)",
    re.IGNORECASE,
)
# Fields whose labels precede the text, and fields that follow it and that no article itself uses.
_ABOVE = frozenset(
    "title authors section length dateline description url series edition kind body".split()
)
_BELOW = frozenset("load_date language publication_type publication_code classification".split())
_UPPER = re.compile(r"[A-ZÀ-ÝÄÖÜ][A-ZÀ-ÝÄÖÜ\d]*(?:[- /][A-ZÀ-ÝÄÖÜ\d]+)*\Z")
# The databank exports large results in blocks of a multiple of 50 documents. A file may therefore
# begin or end in the middle of the numbers.
_BLOCK = 50
_MASTHEAD_REACH = 8


def read_mark(line: str) -> tuple[int, int] | None:
    """Return number and total of a line such as `3 of 10 DOCUMENTS`; None for other lines."""
    match = _MARK.fullmatch(line.strip()) if len(line) < 80 else None
    if match is None:
        return None
    number, total = (int(re.sub(r"\D", "", part)) for part in match.groups() if part)
    return number, total


def looks_like_nexis_numbered(paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether the first paragraphs of a file are those of such a download."""
    return any(_begins(p) for p in paragraphs) and any(_labelled_field(p) for p in paragraphs)


def read_numbered(paragraphs: Iterator[Paragraph], most: int) -> Iterator[DownloadPart]:
    """Yield the articles of a download, and at the end the number that it declares.

    A file may contain several downloads, one after the other. The numbers of their documents are
    continued.
    """
    numbers = _NumberRange()
    for segment in segments(paragraphs, _begins, most):
        mark = read_mark(segment.head.line) if segment.head else None
        if mark is None:
            numbers.selected = _selection(segment.paragraphs)
            continue
        number = numbers.number(*mark)
        yield _read_document(segment, number)
    yield from numbers.declared()


def _begins(paragraph: Paragraph) -> bool:
    return read_mark(paragraph.line) is not None


def _selection(cover: Sequence[Paragraph]) -> tuple[int, int] | None:
    """Return the first and last number in a line of the cover, `Selected Items: 501-1000`."""
    for line in (line for paragraph in cover for line in paragraph.text.split("\n")):
        labelled = split_label(line.replace("Request: ", "", 1))
        match = labelled and _SELECTED.search(labelled[1])
        if match and len(line) < 100 and "/" not in line:
            first, last = (int(re.sub(r"\D", "", part)) for part in match.groups())
            return (first, last) if first <= last else None
    return None


class _NumberRange:
    """The range of document numbers that a file declares, over all downloads in it."""

    def __init__(self) -> None:
        self.selected: tuple[int, int] | None = None
        self._offset = 0
        self._first = self._last = self._total = 0

    def number(self, number: int, total: int) -> int:
        """Return the number in the file of a document; one that does not rise begins a download."""
        if number <= self._last or not self._last:
            self._offset = self._last_number()
            self._first, self._total = number, total
        self._last = number
        return self._offset + number

    def declared(self) -> Iterator[DeclaredCount]:
        """Yield the range of numbers that the file should contain; nothing without documents."""
        if self._last:
            yield DeclaredCount(
                self._last_number(), first=1 if self._offset else self._first_number()
            )

    def _first_number(self) -> int:
        if self.selected and self.selected[0] == self._first:
            return self._first
        return self._first if self._first > _BLOCK and (self._first - 1) % _BLOCK == 0 else 1

    def _last_number(self) -> int:
        """Return the last number of the download; in a block it is below the total."""
        last = self._total
        if self.selected and self._first <= self.selected[1] <= self._total:
            last = self.selected[1]
        elif self._last < self._total and self._last % (2 * _BLOCK) == 0:
            last = self._last
        return self._offset + max(last, self._last)


def _read_document(segment: Segment, number: int) -> DownloadPart:
    if segment.cut:
        return BrokenDocument("one document", number, too_large=True)
    paragraphs = [paragraph for paragraph in segment.paragraphs if paragraph.text]
    if not paragraphs:
        return BrokenDocument("nothing between two marks of the download", number)
    above, rest = _split_masthead(paragraphs)
    fields, text_at = _read_labels(rest)
    rest = [*rest[:text_at], *_text_after_label(fields, rest, text_at), *rest[text_at:]]
    below_at = _tail_start(rest, text_at)
    below = _read_tail(rest[below_at:])
    texts = [paragraph.text for paragraph in rest[text_at:below_at]]
    return article_of({**above, **below, **fields}, unwrapped(texts), number)


def _split_masthead(paragraphs: Sequence[Paragraph]) -> tuple[dict[str, str], list[Paragraph]]:
    """Return publication, date and edition, and the paragraphs after them."""
    reach = paragraphs[:_MASTHEAD_REACH]
    at = next((n for n, p in enumerate(reach) if is_date(p.text) or _is_dated_masthead(p)), None)
    if at is None:
        return _undated(paragraphs)
    found: dict[str, str] = {}
    lines = [line for p in paragraphs[:at] for line in p.text.split("\n")]
    dated = paragraphs[at].text.split("\n")
    day = next(n for n, line in enumerate(dated) if read_date(line))
    lines += dated[:day]
    names = [line for line in lines if not _COPYRIGHT.match(line)]
    notices = [line for line in lines if _COPYRIGHT.match(line)]
    found["publication"] = names[0] if names else ""
    found["copyright"] = " ".join(notices)
    date_ = read_date(dated[day])
    if date_:
        found["published"], _, end = date_
        more = [*editions(dated[day][end:]), *names[1:], *dated[day + 1 :]]
        found["edition"] = "; ".join(part.strip(" ;") for part in more)
    rest = list(paragraphs[at + 1 :])
    while rest and rest[0].centred and not split_label(rest[0].text) and len(rest) > 1:
        found["edition"] += "; " + rest.pop(0).line
    return {name: value.strip("; ") for name, value in found.items()}, rest


def _is_dated_masthead(paragraph: Paragraph) -> bool:
    """Return whether publication and date are lines of the same paragraph."""
    lines = paragraph.text.split("\n")
    return 1 < len(lines) <= 6 and any(is_date(line) for line in lines)


def _undated(paragraphs: Sequence[Paragraph]) -> tuple[dict[str, str], list[Paragraph]]:
    centred = [p for p in paragraphs[:_MASTHEAD_REACH] if p.centred]
    if not centred or not paragraphs[0].centred:
        return {}, list(paragraphs)
    return {"publication": centred[0].line}, list(paragraphs[1:])


def _read_labels(paragraphs: Sequence[Paragraph]) -> tuple[dict[str, str], int]:
    """Return headline and labelled lines, and the place at which the text begins."""
    last = _last_label_above(paragraphs)
    fields: dict[str, str] = {}
    current = "title"
    for paragraph in paragraphs[: last + 1]:
        labelled = _labelled_field(paragraph)
        if labelled:
            current, value = labelled
            join(fields, current, value)
        elif current == "body":
            break
        elif current != "title" and "title" not in fields:
            join(fields, "title", paragraph.line)
        else:
            join(fields, current, paragraph.line)
    at = last + 1
    if last < 0 and paragraphs:  # no labels at all: the first paragraph is the headline
        fields["title"] = paragraphs[0].line
        at = 1
    elif (
        last >= 0
        and current in {"description"}
        and not fields.get(current)
        and at < len(paragraphs)
    ):
        fields[current] = paragraphs[at].line
        at += 1
    return fields, at


def _text_after_label(
    fields: dict[str, str], paragraphs: Sequence[Paragraph], text_at: int
) -> list[Paragraph]:
    """Return the beginning of the text if it is in the same paragraph as its label `BODY:`."""
    if not fields.pop("body", ""):
        return []
    labelled = split_label(paragraphs[text_at - 1].text)
    return [Paragraph(labelled[1])] if labelled else []


def _last_label_above(paragraphs: Sequence[Paragraph]) -> int:
    """Return the place of the last labelled line before the text; -1 if there is none."""
    last, gap = -1, 0
    seen_length = False
    for place, paragraph in enumerate(paragraphs):
        labelled = _labelled_field(paragraph)
        if labelled and labelled[0] in _ABOVE:
            last, gap = place, 0
            seen_length = seen_length or labelled[0] == "length"
            if labelled[0] == "body":
                break
        elif labelled and labelled[0] in _BELOW:
            break
        else:
            gap += 1
            if seen_length or gap > (6 if last < 0 else 2):
                break
    return last


def _labelled_field(paragraph: Paragraph) -> tuple[str, str] | None:
    """Return field and value of a line with a label in capitals; None for other lines."""
    labelled = split_label(paragraph.line)
    if labelled is None or not _UPPER.match(labelled[0]):
        return None
    field = LABELS.get(folded_label(labelled[0]))
    return (field, labelled[1]) if field else None


def _tail_start(paragraphs: Sequence[Paragraph], start: int) -> int:
    """Return the place at which the labelled lines after the text begin."""
    # The first certain line decides. Lines before it that may belong to the tail are then included.
    certain = [n for n in range(start, len(paragraphs)) if _is_certain_tail(paragraphs[n])]
    at = certain[0] if certain else len(paragraphs)
    while at > start and _may_be_tail(paragraphs[at - 1]):
        at -= 1
    return at


def _is_certain_tail(paragraph: Paragraph) -> bool:
    labelled = _labelled_field(paragraph)
    if labelled is None or labelled[0] not in _BELOW:
        return False
    # Paragraphs of news agencies may begin with "UPDATE:", too; the label has a date as its value.
    return labelled[0] != "load_date" or is_date(labelled[1])


def _may_be_tail(paragraph: Paragraph) -> bool:
    labelled = split_label(paragraph.line)
    if labelled and _UPPER.match(labelled[0]):
        return folded_label(labelled[0]) in LABELS or "-" in labelled[0]
    return (paragraph.centred and bool(_COPYRIGHT.match(paragraph.line))) or _is_notice(paragraph)


def _is_notice(paragraph: Paragraph) -> bool:
    line = paragraph.line
    return len(line) < 160 and bool(_COPYRIGHT.match(line))


def _read_tail(paragraphs: Sequence[Paragraph]) -> dict[str, str]:
    """Return the fields below the text, those with unknown labels in snake_case."""
    fields: dict[str, str] = {}
    current = ""
    for paragraph in paragraphs:
        labelled = split_label(paragraph.line)
        if labelled and _UPPER.match(labelled[0]):
            current = LABELS.get(
                folded_label(labelled[0]), folded_label(labelled[0]).replace(" ", "_")
            )
            join(fields, current, labelled[1])
        elif paragraph.centred or _is_notice(paragraph):
            current = "copyright"
            join(fields, current, paragraph.line)
        elif current:
            join(fields, current, paragraph.line)
    return fields
