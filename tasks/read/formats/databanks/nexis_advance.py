"""Reads downloads of Nexis Uni and Lexis Advance in DOCX or RTF.

A line `End of Document` ends each document. Headline, publication, date, copyright, labelled lines
and the heading `Body` precede the text. The heading `Classification` and labelled lines follow it.
A cover page lists the documents.
"""

import re
from collections.abc import Iterator, Sequence

from tasks.read.formats.databanks.articles import BrokenDocument, DeclaredCount, DownloadPart
from tasks.read.formats.databanks.dates import is_date, read_date
from tasks.read.formats.databanks.fields import is_page_number, unwrapped
from tasks.read.formats.databanks.labels import folded_label, split_label
from tasks.read.formats.databanks.nexis_fields import (
    LABELS,
    article_of,
    editions,
    field_of,
    join,
)
from tasks.read.formats.databanks.segments import Segment, segments_by_end
from tasks.read.formats.paragraphs import Paragraph

_END = re.compile(
    r"(?:end of (?:the )?document|ende des dokuments|ende des dokumentes|dokumentende|"
    r"fin du document|fin de document|fin del documento|fin de documento|fine del documento|"
    r"fine documento|einde van (?:het )?document|einde document|fim do documento|"
    r"slut på dokument(?:et)?|dokument slut|slutt på dokument(?:et)?|koniec dokumentu|"
    r"文档结尾|文件結尾|ドキュメントの終わり)",
    re.IGNORECASE,
)
_COVER_COUNT = re.compile(
    r"(?:documents?|dokumente?|documentos?|documenti|documento|documenten|dokumenter|dokumenty|"
    r"文档|ドキュメント)\s*\((\d[\d.,]*)\)",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"(\d{1,4})\.\s+(\S.*)")
# Beginnings of the lines of the cover page, in the languages of the interface.
_COVER = re.compile(
    r"(?:user name|benutzername|nom d'utilisateur|nombre de usuario|nome utente|gebruikersnaam|"
    r"date and time|datum und uhrzeit|date et heure|fecha y hora|data e ora|datum en tijd|"
    r"job number|auftragsnummer|numéro de (?:la )?tâche|número de trabajo|numero processo|"
    r"taaknummer|client/matter|mandant|client/affaire|search terms|suchbegriffe|"
    r"termes de la recherche|términos de búsqueda|termini di ricerca|zoektermen|search type|"
    r"suchart|type de recherche|tipo de búsqueda|tipo di ricerca|zoektype|narrowed by|"
    r"eingegrenzt (?:durch|nach)|restreint par|restringido por|filtrato per|verfijnd (?:op|door)|"
    r"content type|inhaltstyp|type de contenu|tipo de contenido|inhoudstype|sources?:|quellen?:|"
    r"timeline:|zeitachse:|-none-)",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:URL:\s*)?https?://[^\s]+")
_COPYRIGHT = re.compile(r"(?:copyright|©|\(c\)\s|urheberrecht)", re.IGNORECASE)
_ABOVE = frozenset(
    "authors section length dateline description series edition url kind correction company".split()
)
_BELOW = frozenset(
    "load_date language publication_type publication_code subject company ticker industry person "
    "geography identifier classification kind".split()
)
_HEADINGS_BELOW = frozenset({"classification", "graphic", "notes", "correction"})
_HEADINGS_WITHIN = frozenset({"description", "body"})  # the fields of ABSTRACT and FULL TEXT
# Paragraphs that a cover page and the first header may take up.
_REACH = 400


def is_end(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is the line `End of Document` in any language."""
    return len(paragraph.text) < 40 and _END.fullmatch(paragraph.line) is not None


def looks_like_nexis_advance(paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether the first paragraphs of a file are those of such a download."""
    if any(is_end(p) for p in paragraphs) or any(
        _COVER_COUNT.fullmatch(p.line) for p in paragraphs
    ):
        return any(field_of(p) in _ABOVE | _BELOW for p in paragraphs) or len(paragraphs) >= _REACH
    places = [n for n, p in enumerate(paragraphs) if _heading(p) == "body"]
    return any(field_of(p) == "length" for n in places[:1] for p in paragraphs[:n])


def read_advance(paragraphs: Iterator[Paragraph], most: int) -> Iterator[DownloadPart]:
    """Yield the articles of a download, and at the end the count on its cover page."""
    declared: DeclaredCount | None = None
    for number, segment in enumerate(segments_by_end(paragraphs, is_end, most), 1):
        kept = [p for p in segment.paragraphs if p.text and not is_page_number(p.text)]
        if number == 1:
            declared = _read_cover(kept)
            kept = _without_cover(kept, declared)
        if segment.tail is None and not _is_document(kept) and not segment.cut:
            break  # the paragraphs after the last end mark are no document
        yield _read_document(segment, kept)
    if declared:
        yield declared


def _is_document(paragraphs: Sequence[Paragraph]) -> bool:
    return any(_heading(p) == "body" or field_of(p) == "length" for p in paragraphs)


def _read_cover(paragraphs: Sequence[Paragraph]) -> DeclaredCount | None:
    """Return the count of `Documents (50)` on the cover page, with the numbered titles below."""
    at = next((n for n, p in enumerate(paragraphs) if _COVER_COUNT.fullmatch(p.line)), None)
    if at is None:
        return None
    match = _COVER_COUNT.fullmatch(paragraphs[at].line)
    titles: list[str] = []
    for paragraph in paragraphs[at + 1 :]:
        entry = _ENTRY.fullmatch(paragraph.line)
        if entry and int(entry[1]) == len(titles) + 1:
            titles.append(entry[2])
    return DeclaredCount(int(re.sub(r"\D", "", match[1])) if match else 0, titles=tuple(titles))


def _without_cover(paragraphs: list[Paragraph], declared: DeclaredCount | None) -> list[Paragraph]:
    """Return the first document without the cover page, which has no end mark of its own."""
    marks = [n for n, p in enumerate(paragraphs) if p.starts]
    if marks:
        return paragraphs[marks[0] :]
    body = next((n for n, p in enumerate(paragraphs) if _heading(p) == "body"), len(paragraphs))
    at = 0
    for place, paragraph in enumerate(paragraphs[:body]):
        if _COVER.match(paragraph.line) or _COVER_COUNT.fullmatch(paragraph.line):
            at = place + 1
    titles = declared.titles if declared else ()
    if at and titles:
        first = [n for n in range(at, body) if _is_same_title(paragraphs[n].line, titles[0])]
        at = first[-1] if first else _after_entries(paragraphs, at, body)
    return paragraphs[at:]


def _after_entries(paragraphs: Sequence[Paragraph], at: int, body: int) -> int:
    entries = [n for n in range(at, body) if _ENTRY.fullmatch(paragraphs[n].line)]
    return entries[-1] + 1 if entries else at


def _is_same_title(one: str, other: str) -> bool:
    """Return whether two titles are the same; a table of contents truncates long ones."""
    short, long = sorted(
        (folded_label(one).rstrip("…. "), folded_label(other).rstrip("…. ")), key=len
    )
    return short == long or (len(short) > 30 and long.startswith(short))


def _read_document(segment: Segment, paragraphs: list[Paragraph]) -> DownloadPart:
    """Return the article of a segment: fields above the text, the text, and fields below it."""
    if segment.cut:
        return BrokenDocument("one document", too_large=True)
    if not paragraphs:
        return BrokenDocument("nothing before an end mark")
    text_at = _text_start(paragraphs)
    below_at = _tail_start(paragraphs, text_at)
    above = _read_above([p for p in paragraphs[:text_at] if _heading(p) != "body"])
    below = _read_below(paragraphs[below_at:])
    if below_at > text_at + 1 and _URL.fullmatch(paragraphs[below_at - 1].text):
        below_at -= 1
        below["url"] = paragraphs[below_at].text
    texts, description = _without_headings(paragraphs[text_at:below_at])
    if description and not above.get("description"):
        above["description"] = description
    return article_of({**below, **above}, unwrapped(texts))


def _text_start(paragraphs: Sequence[Paragraph]) -> int:
    body = next((n for n, p in enumerate(paragraphs) if _heading(p) == "body"), None)
    if body is not None:
        return body + 1
    labelled = [n for n, p in enumerate(paragraphs[:30]) if field_of(p) in _ABOVE]
    return labelled[-1] + 1 if labelled else min(3, len(paragraphs))


def _tail_start(paragraphs: Sequence[Paragraph], start: int) -> int:
    """Return the place at which the fields below the text begin."""
    for place in range(start, len(paragraphs)):
        heading = _heading(paragraphs[place])
        if heading == "classification":
            return _earlier_tail_start(paragraphs, start, place)
        if field_of(paragraphs[place]) in {"load_date", "publication_type"} and _is_tail(
            paragraphs[place:]
        ):
            return _earlier_tail_start(paragraphs, start, place)
    return len(paragraphs)


def _earlier_tail_start(paragraphs: Sequence[Paragraph], start: int, at: int) -> int:
    """Return an earlier start of the tail that includes labelled lines and `Graphic` captions."""
    while at > start and field_of(paragraphs[at - 1]) in _BELOW:
        at -= 1
    headed = [
        n for n in range(max(start, at - 12), at) if _heading(paragraphs[n]) in _HEADINGS_BELOW
    ]
    return headed[0] if headed else at


def _is_tail(paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether at least half of the paragraphs are labelled lines."""
    labelled = sum(field_of(p) is not None for p in paragraphs)
    return labelled * 2 >= len(paragraphs)


def _read_above(paragraphs: Sequence[Paragraph]) -> dict[str, str]:
    """Return the fields above the text; lines before the first label are the masthead."""
    fields: dict[str, str] = {}
    plain_lines: list[str] = []
    current = ""
    for paragraph in paragraphs:
        labelled = split_label(paragraph.line)
        field = field_of(paragraph)
        if field in _ABOVE and labelled and len(plain_lines) > 1:
            current = field or ""
            join(fields, current, labelled[1])
        elif _COPYRIGHT.match(paragraph.line) and len(plain_lines) > 1:
            current = "copyright"
            join(fields, current, paragraph.line)
        elif current and current != "copyright":
            join(fields, current, paragraph.line)
        elif not current:
            plain_lines.append(paragraph.line)
    _read_masthead(plain_lines, fields)
    return fields


def _read_masthead(lines: Sequence[str], fields: dict[str, str]) -> None:
    """Add headline, publication, date and edition, which have no labels, to the fields."""
    at = next((n for n, line in enumerate(lines) if n > 0 and is_date(line)), len(lines))
    date_ = read_date(lines[at]) if at < len(lines) else None
    # The publication is the line before the date; the headline may have several lines before it.
    before = list(lines[:at]) if at < len(lines) else list(lines[:2])
    if len(before) > 2 and before[-1].startswith(
        "("
    ):  # `(Green)` is the name of a blog of the publication
        before[-2:] = [f"{before[-2]} {before[-1]}"]
    if len(before) > 1:
        fields["publication"] = before.pop().rstrip(".")
    fields["title"] = " ".join(before)
    if date_:
        fields["published"] = date_[0]
        fields["edition"] = "; ".join([*editions(lines[at][date_[2] :]), *lines[at + 1 :]])


def _read_below(paragraphs: Sequence[Paragraph]) -> dict[str, str]:
    """Return the fields below the text, those with unknown labels in snake_case."""
    fields: dict[str, str] = {}
    current = ""
    for paragraph in paragraphs:
        labelled = split_label(paragraph.line)
        heading = _heading(paragraph)
        if heading in _HEADINGS_BELOW:
            current = "" if heading == "classification" else heading
        elif labelled and folded_label(labelled[0]) in LABELS:
            current = LABELS[folded_label(labelled[0])]
            join(fields, current, labelled[1])
        elif labelled and len(labelled[0].split()) <= 3 and current not in {"graphic", "notes"}:
            current = folded_label(labelled[0]).replace(" ", "_")
            join(fields, current, labelled[1])
        elif current:
            join(fields, current, paragraph.line)
    return fields


def _without_headings(paragraphs: Sequence[Paragraph]) -> tuple[list[str], str | None]:
    """Return the text without the headings ABSTRACT and FULL TEXT; the abstract separately."""
    headed = [n for n, p in enumerate(paragraphs[:12]) if _heading(p) in _HEADINGS_WITHIN]
    fields = [_heading(paragraphs[n]) for n in headed]
    texts = [p.text for p in paragraphs]
    if fields == ["description", "body"] and headed[0] == 0:
        abstract = " ".join(" ".join(text.split()) for text in texts[1 : headed[1]])
        return texts[headed[1] + 1 :], abstract
    return [text for n, text in enumerate(texts) if n not in headed], None


def _heading(paragraph: Paragraph) -> str | None:
    """Return the field that a short paragraph is the heading of; None for other paragraphs."""
    return LABELS.get(folded_label(paragraph.text)) if len(paragraph.text) < 30 else None
