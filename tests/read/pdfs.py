"""Writes PDF files for the tests: lines at places, as programs that print write them."""

import textwrap
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 612, 792
MARGIN, TOP, BOTTOM = 72, 700, 90
SIZE, PITCH, GAP = 11, 13, 21
FULL_LINE = 90


class Piece(NamedTuple):
    """A piece of text at a place of a page.

    Attributes:
        font: "F1" for regular, "F2" for bold.
    """

    x: float
    y: float
    text: str
    size: float = SIZE
    font: str = "F1"


def pdf(
    pages: Iterable[Sequence[Piece]], *, more: Sequence[bytes] = (), packed: bool = True
) -> bytes:
    """Return a PDF with these pages.

    Args:
        more: further objects, numbered behind the others.
        packed: streams are compressed.
    """
    contents = [_content(page, packed=packed) for page in pages]
    first = 5  # catalog, tree, and two fonts come before
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(contents)}>>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
    ]
    for number, content in enumerate(contents):
        objects += [_page(first + 2 * number + 1), content]
    return from_objects([*objects, *more])


def from_objects(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Return a PDF of these objects, the first of which is the catalog."""
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    end = f"trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n"
    return out + end.encode()


def printed(text: str, *, head: str = "", foot: str = "Page {page} of {pages}") -> bytes:
    """Return a PDF of a text as a program prints it.

    Each line is a paragraph. `# ` makes it a headline; `|` at the beginning centres it; a label
    before `**` is bold; `>` at the beginning leaves no gap above it. A line of `---` begins a page.

    Args:
        head, foot: what stands above and below each page.
    """
    pages: list[list[Piece]] = []
    for part in text.split("\n---\n"):
        pages += _flow(part.strip("\n").split("\n"))
    for number, page in enumerate(pages, 1):
        for edge, y in ((head, HEIGHT - 40), (foot, 40)):
            if edge:
                page.insert(0, Piece(MARGIN, y, edge.format(page=number, pages=len(pages)), 9))
    return pdf(pages)


def _flow(lines: Sequence[str]) -> list[list[Piece]]:
    pages: list[list[Piece]] = [[]]
    y: float = TOP
    for line in lines:
        if line.startswith(">"):
            line, y = line[1:], y + GAP - PITCH
        bold, size = line.startswith("# "), 16 if line.startswith("# ") else SIZE
        label, star, rest = line.removeprefix("# ").partition("**")
        text = (label + rest) if star else label
        centred = text.startswith("|")
        for number, piece in enumerate(textwrap.wrap(text.lstrip("|"), FULL_LINE * SIZE // size)):
            if y < BOTTOM:
                pages.append([])
                y = TOP
            x = MARGIN + (FULL_LINE - len(piece)) * 2.5 if centred else MARGIN
            if star and number == 0:
                pages[-1].append(Piece(x, y, label, size, "F2"))
                pages[-1].append(Piece(x + 5.5 * len(label), y, piece[len(label) :], size))
            else:
                pages[-1].append(Piece(x, y, piece, size, "F2" if bold else "F1"))
            y -= PITCH * size / SIZE
        y -= GAP - PITCH
    return pages


def _content(pieces: Sequence[Piece], *, packed: bool) -> bytes:
    shown = b"".join(
        b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n"
        % (one.font.encode(), one.size, one.x, one.y, _escaped(one.text))
        for one in pieces
    )
    return stream(shown, packed=packed)


def stream(data: bytes, *, packed: bool = True, entries: str = "") -> bytes:
    """Return a stream object."""
    content = zlib.compress(data) if packed else data
    name = "/Filter/FlateDecode" if packed else ""
    return b"<</Length %d%s%s>>\nstream\n%s\nendstream" % (
        len(content),
        name.encode(),
        entries.encode(),
        content,
    )


def _escaped(text: str) -> bytes:
    data = text.encode("cp1252", "replace")
    return data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _font(name: str) -> bytes:
    entries = f"/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding"
    return f"<</Type/Font{entries}>>".encode()


def _page(content: int) -> bytes:
    box = f"/MediaBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
    return f"<</Type/Page/Parent 2 0 R{box}/Contents {content} 0 R>>".encode()
