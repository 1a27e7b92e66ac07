"""Recognises office documents by their first bytes: packages in zip, and the older files in OLE.

Office writes OLE files for its formats of before 2007, and for newer documents with a password.
"""

import re

DOCX, ODT, SPREADSHEET = "DOCX", "OpenDocument text", "spreadsheet"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first member of a zip that is really a document.
_PACKAGE = re.compile(rb"(\[Content_Types\]\.xml|mimetypeapplication/|META-INF/|_rels/)")
_OOXML = re.compile(rb"(\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|customXml/)")
_WORD = re.compile(rb"PK\x03\x04.{26}word/", re.DOTALL)
_EXCEL = re.compile(rb"PK\x03\x04.{26}xl/", re.DOTALL)
_EXCEL_NAMES = (".xlsx", ".xlsm", ".xlsb")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OPEN_MEMBER = re.compile(rb"PK\x03\x04.{26}(?:content\.xml|styles\.xml|META-INF/)", re.DOTALL)
# Streams in the directory of an OLE file, and what it is. The directory may lie behind the head:
# then the name decides.
_STREAMS = (
    ("EncryptedPackage", "an Office file with a password (save it without one)"),
    ("WordDocument", "an old Word file (save it as DOCX or RTF)"),
    ("Workbook", "an old Excel file (save it as XLSX or CSV)"),
    ("PowerPoint Document", "an old PowerPoint file (save its text as DOCX)"),
    ("__properties_version1.0", "a message of Outlook (save it as a text)"),
)
_NAMES = {".doc": 1, ".dot": 1, ".xls": 2, ".xlt": 2, ".ppt": 3, ".msg": 4}


def office_of(head: bytes, name: str) -> str | None:
    """Return DOCX, ODT or SPREADSHEET for a package that is read; None for any other file.

    Args:
        name: name of the file in lower case.
    """
    if not head.startswith(_ZIP):
        return None
    if _OOXML.match(head, 30):
        if name.endswith(".docx") or _WORD.search(head):
            return DOCX
        if name.endswith(_EXCEL_NAMES) or _EXCEL.search(head):
            return SPREADSHEET
    kind = head[38:].partition(_OPEN_DOCUMENT)
    declared = kind[2] if head[30:38] == b"mimetype" and not kind[0] else b""
    # A package that was zipped again by hand begins with another member.
    again = not declared and _OPEN_MEMBER.search(head)
    if declared.startswith(b"text") or (again and name.endswith(".odt")):
        return ODT
    if declared.startswith(b"spreadsheet") or (again and name.endswith(".ods")):
        return SPREADSHEET
    return None


def unread_office(head: bytes, name: str) -> str | None:
    """Return the name of an office document that is not read, with the remedy; None for others."""
    if head.startswith(_ZIP) and _PACKAGE.match(head, 30):
        return "an Office, EPUB or JAR file"
    if not head.startswith(_OLE):
        return None
    for stream, named in _STREAMS:
        if stream.encode("utf-16-le") in head:
            return named
    number = _NAMES.get(name[name.rfind(".") :]) if "." in name else None
    return _STREAMS[number][1] if number else "an old Office file (save it in a newer format)"
