"""Writes OpenDocument files for the tests: texts and sheets, as LibreOffice packs them."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
    )
)
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def odt(text: str, *, styled: str = "", encrypted: bool = False) -> bytes:
    """Return an OpenDocument text with one paragraph per line; a line `# …` is a heading.

    Args:
        styled: markup of further paragraphs.
    """
    lines = (
        f"<text:h>{escape(line[2:])}</text:h>"
        if line.startswith("# ")
        else f"<text:p>{escape(line)}</text:p>"
        for line in text.splitlines()
    )
    body = f"<office:text>{''.join(lines)}{styled}</office:text>"
    return _package("text", body, encrypted=encrypted)


def ods(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """Return an OpenDocument spreadsheet."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    return _package("spreadsheet", f"<office:spreadsheet>{tables}</office:spreadsheet>")


def _row(cells: Sequence[object]) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
    else:
        kind = 'office:value-type="string"' if value else ""
    text = f"<text:p>{escape(str(value))}</text:p>" if value else ""
    return f"<table:table-cell {kind}>{text}</table:table-cell>"


def _package(kind: str, body: str, *, encrypted: bool = False) -> bytes:
    inner = f"<office:body>{body}</office:body>"
    content = f"<office:document-content {_SPACES}>{inner}</office:document-content>"
    mark = "<manifest:encryption-data/>" if encrypted else ""
    entry = f'<manifest:file-entry manifest:full-path="content.xml">{mark}</manifest:file-entry>'
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",  # stored, and first
        "content.xml": content,
        "styles.xml": "<text:p>Page 1 of 3</text:p>",
        "META-INF/manifest.xml": (
            f'<manifest:manifest xmlns:manifest="{_MANIFEST}">{entry}</manifest:manifest>'
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, part in parts.items():
            compression = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            # A ZipInfo has a fixed time, so that the bytes are the same in every process.
            package.writestr(zipfile.ZipInfo(name), part, compress_type=compression)
    return out.getvalue()
