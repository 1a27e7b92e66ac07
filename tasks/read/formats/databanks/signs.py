"""Recognises the downloads of databanks by the first bytes of a file.

Every text and page is examined. Therefore the patterns work on bytes, and no reader is imported.
"""

import re
from enum import Enum


class Databank(Enum):
    """The databanks, and the layouts of LexisNexis, whose downloads can be split into articles."""

    NEXIS_NUMBERED = "LexisNexis"
    NEXIS_ADVANCE = "Nexis Uni"
    FACTIVA = "Factiva"
    EUROPRESSE = "Europresse"
    PROQUEST = "ProQuest"


_OF = rb"(?:of|von|de|di|van|sur|da|do|af|av)"
_NEXIS_MARK = (
    rb"(?:do[ck]\w{3,7}\s+\d[\d.,]*\s+" + _OF + rb"\s+\d[\d.,]*"
    rb"|\d[\d.,]*\s+" + _OF + rb"\s+\d[\d.,]*\s+do[ck]\w{3,8})"
)
_HTML = (
    (
        Databank.NEXIS_NUMBERED,
        re.compile(
            rb"<!-- LXNComment|name=[\"']?DOC_ID_\d|<DOC NUMBER=|>\s*" + _NEXIS_MARK + rb"\s*<",
            re.IGNORECASE,
        ),
    ),
    (
        Databank.FACTIVA,
        re.compile(
            rb"<title>\s*(?:Dow Jones )?Factiva\s*</title>|class=[\"']?article \w\wArticle",
            re.IGNORECASE,
        ),
    ),
    (
        Databank.EUROPRESSE,
        re.compile(
            rb"class=[\"']?(?:rdp__)?DocPublicationName|cedrom-sni\.com/schema|<title>\s*Europresse",
            re.IGNORECASE,
        ),
    ),
    (Databank.PROQUEST, re.compile(rb"<a[^>]{1,40}name=[\"']?DocID_", re.IGNORECASE)),
)
_PROQUEST_LABEL = re.compile(rb"<(?:strong|b)>[^<:]{3,50}:(?:\s|&nbsp;)*</", re.IGNORECASE)
_TEXT_MARK = re.compile(rb"^[ \t\f\xef\xbb\xbf]*" + _NEXIS_MARK + rb"[ \t\r]*$", re.I | re.M)
_NEXIS_LABEL = re.compile(
    rb"^(?:LENGTH|L\xc3\x84NGE|L\xc4NGE|LAENGE|LONGUEUR|LONGITUD|LUNGHEZZA|LENGTE|COMPRIMENTO|"
    rb"EXTENSI\xc3\x93N|BYLINE|LOAD-DATE|LANGUAGE|SPRACHE|LANGUE|SECTION|RUBRI\w+|HEADLINE)\s*:",
    re.MULTILINE,
)
_END_MARK = re.compile(
    rb"^[ \t]*(?:End of Document|Ende des Dokuments?|Fin du document|Fin del documento|"
    rb"Fine del documento|Einde van (?:het )?document|Fim do documento)[ \t\r]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ADVANCE_LABEL = re.compile(
    rb"^(?:Length|L\xc3\xa4nge|Longueur|Longitud|Lunghezza|Lengte|Load-Date)\s*:", re.MULTILINE
)
_ACCESSION = re.compile(
    rb"^(?:AN\s+)?[^\s\d]{2,24}[ \t]+[A-Z][A-Z0-9]{7}(?:19|20)\d{6}[a-z0-9]{9}[ \t\r]*$",
    re.MULTILINE,
)
_RULE = re.compile(rb"^_{20,}[ \t\r]*$", re.MULTILINE)
_PROQUEST = re.compile(rb"proquest", re.IGNORECASE)
_HTML_REACH = 65_536


def databank_of_html(head: bytes) -> Databank | None:
    """Return the databank whose download an HTML file is; None for other pages."""
    start = head[:_HTML_REACH]
    for databank, sign in _HTML:
        if sign.search(start):
            return databank
    # Other pages mention ProQuest, too. In a download at least five labels of fields are bold.
    labelled = _PROQUEST.search(start) and len(_PROQUEST_LABEL.findall(start)) >= 5
    return Databank.PROQUEST if labelled else None


def databank_of_text(head: bytes) -> Databank | None:
    """Return the databank whose download a text is; None for other texts."""
    if _TEXT_MARK.search(head) and _NEXIS_LABEL.search(head):
        return Databank.NEXIS_NUMBERED
    if _RULE.search(head) and _PROQUEST.search(head):
        return Databank.PROQUEST
    if _ACCESSION.search(head):
        return Databank.FACTIVA
    if _END_MARK.search(head) and _ADVANCE_LABEL.search(head):
        return Databank.NEXIS_ADVANCE
    return None


def is_document_mark(line: str) -> bool:
    """Return whether a line begins or ends a document of a download, in any databank's layout."""
    data = line.encode("utf-8", "replace")
    return len(data) < 200 and any(mark.search(data) for mark in _MARKS)


_MARKS = (_TEXT_MARK, _END_MARK, _ACCESSION)
