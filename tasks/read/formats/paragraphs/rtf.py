r"""Reads the paragraphs of an RTF file token by token, without keeping the file in memory.

Follows the Rich Text Format Specification 1.9.1. The usual library, striprtf, is not used: it holds
the text in memory several times, loses bookmarks and alignment, and writes link targets into the
text.
"""

import re
from codecs import lookup
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tasks.read.formats.paragraphs import MOST_CHARACTERS, ByteSource, Paragraph, tidy

_CHUNK = 262_144
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)"
)
_LONGEST_TOKEN = 64
_MOST_GROUPS = 2_000
# Destinations whose contents are not part of the text.
_UNREAD = frozenset(
    "colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf "
    "footnote annotation object objdata themedata datastore xmlnstbl generator listtable "
    "listoverridetable rsidtbl latentstyles fldinst bkmkend filetbl revtbl nonesttables mmathPr "
    "colorschememapping datafield fontemb falt panose comment author title subject company "
    "operator keywords category creatim revtim printim pntext pntxta pntxtb listtext".split()
)
_SYMBOLS = {
    "tab": " ",
    "line": "\n",
    "lbr": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
}
_ENDS = frozenset({"par", "sect", "page", "row", "cell", "nestcell", "nestrow", "softpage"})
# Code pages by the number of \fcharset, as the specification lists them. Fonts with other
# numbers use the code page of the document.
_CODE_PAGES = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip


@dataclass(slots=True)
class _Group:
    r"""The formatting state of a group, which lasts until its closing brace.

    Attributes:
        destination: "" for the text of the document, `font` for the font table, `bookmark` for the
            name of a bookmark, `unread` for contents that are skipped.
        font: number of the current font; -1 if none is set.
        fallback: number of bytes to skip after each `\u`, as set by `\uc`.
        marked: whether `\*` has just announced a destination that readers may ignore.
    """

    destination: str = ""
    font: int = -1
    fallback: int = 1
    centred: bool = False
    bold: bool = False
    marked: bool = False


@dataclass(slots=True)
class _Reader:
    r"""The state of the parser between tokens.

    Attributes:
        groups: the open groups, the innermost last.
        fonts: code pages by the number of the font.
        code_page: code page of the document (`\ansicpg`).
        text: decoded text of the current paragraph.
        raw: bytes of the current paragraph that are not decoded yet.
        name: parts of the name of a bookmark.
        skip: bytes still to skip, the fallback of a `\u`.
        binary: bytes of `\bin` data still to skip.
        starts: whether a bookmark at this place marks the beginning of a document.
        has_regular: whether any text of the current paragraph is not bold.
        size: characters of the current paragraph.
        too_deep: open groups beyond the limit of nesting, which are not kept.
    """

    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    fonts: dict[int, str] = field(default_factory=dict)
    code_page: str = "cp1252"
    text: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    name: list[str] = field(default_factory=list)
    skip: int = 0
    binary: int = 0
    starts: bool = False
    has_regular: bool = False
    size: int = 0
    too_deep: int = 0

    @property
    def group(self) -> _Group:
        return self.groups[-1]


def rtf_paragraphs(stream: ByteSource) -> Iterator[Paragraph]:
    """Yield the paragraphs of an RTF file; each cell of a table is a paragraph."""
    reader = _Reader()
    for token in _tokens(stream, reader):
        word, number, hexadecimal, symbol, brace, plain = token.groups()
        if word is not None:
            if _is_end(reader, word):
                yield from _take_paragraphs(reader)
            else:
                _read_word(reader, word.decode("ascii"), int(number) if number else None)
        elif brace is not None:
            _read_brace(reader, brace)
        elif symbol is not None:
            _read_symbol(reader, symbol)
        else:
            _read_bytes(reader, bytes.fromhex(hexadecimal.decode()) if hexadecimal else plain)
    yield from _take_paragraphs(reader)


def _tokens(stream: ByteSource, reader: _Reader) -> Iterator[re.Match[bytes]]:
    """Yield the tokens of a stream.

    The last bytes of a chunk wait for the next chunk, because a token may lie across both. Binary
    data are skipped here: they may contain braces and backslashes.
    """
    waiting = b""
    while True:
        chunk = stream.read(_CHUNK)
        waiting += chunk
        end = len(waiting) - (_LONGEST_TOKEN if chunk else 0)
        at = 0
        while at < end:
            if reader.binary:
                step = min(reader.binary, len(waiting) - at)
                reader.binary -= step
                at += step
                continue
            token = _TOKEN.match(waiting, at)
            at = token.end() if token else at + 1
            if token:
                yield token
        waiting = waiting[at:]
        if not chunk:
            return


def _is_end(reader: _Reader, word: bytes) -> bool:
    return not reader.group.destination and word.decode("ascii") in _ENDS


def _read_word(reader: _Reader, word: str, number: int | None) -> None:
    """Apply a control word: it begins a destination, or changes the state of the group."""
    group = reader.group
    if word == "bin":
        reader.binary = max(number or 0, 0)
    elif group.destination == "font":
        _read_font(reader, word, number)
    elif word == "fonttbl":
        group.destination = "font"
    elif word == "bkmkstart":
        group.destination = "bookmark"
    elif word in _UNREAD or (group.marked and not group.destination):
        group.destination = "unread"
    elif group.destination:
        pass
    elif word == "ansicpg" and number is not None:
        reader.code_page = _codec_name(f"cp{number}")
    else:
        _read_format(reader, word, number)
    group.marked = False


def _read_format(reader: _Reader, word: str, number: int | None) -> None:
    group = reader.group
    if word == "u" and number is not None:
        _add_text(reader, chr(number % 0x10000))
        reader.skip = group.fallback
    elif word == "uc":
        group.fallback = max(number or 0, 0)
    elif word in {"f", "af"} and number is not None:
        _decode_pending(reader)
        group.font = number if word == "f" else group.font
    elif word in {"pard", "ql", "qj", "qr"}:
        group.centred = False
    elif word in {"b", "plain"}:
        _decode_pending(reader)
        group.bold = word == "b" and number != 0
    elif word == "qc":
        group.centred = True
    elif word in _SYMBOLS:
        _add_text(reader, _SYMBOLS[word])


def _read_font(reader: _Reader, word: str, number: int | None) -> None:
    if word == "f" and number is not None:
        reader.group.font = number
    elif word == "fcharset" and number in _CODE_PAGES:
        reader.fonts[reader.group.font] = _CODE_PAGES[number]


def _read_brace(reader: _Reader, brace: bytes) -> None:
    _decode_pending(reader)
    reader.skip = 0
    if brace == b"{":
        if len(reader.groups) >= _MOST_GROUPS:
            reader.too_deep += 1
        else:
            reader.groups.append(replace(reader.group, marked=False))
    elif reader.too_deep:
        reader.too_deep -= 1
    elif len(reader.groups) > 1:
        closed = reader.groups.pop()
        # The alignment of a paragraph stays in force after the group in which it was set.
        if not closed.destination:
            reader.group.centred = closed.centred
        if closed.destination == "bookmark" and reader.group.destination != "bookmark":
            named = "".join(reader.name).lower()
            reader.starts = reader.starts or named.startswith("bookmark_")
            reader.name.clear()


def _read_symbol(reader: _Reader, symbol: bytes) -> None:
    if symbol == b"*":
        reader.group.marked = True
    elif symbol in (b"{", b"}", b"\\"):
        _add_text(reader, symbol.decode())
    elif symbol == b"~":
        _add_text(reader, " ")
    elif symbol == b"_":
        _add_text(reader, "\u2011")
    elif symbol in (b"\n", b"\r"):  # an escaped line end means \par
        _add_text(reader, "\n\n")


def _read_bytes(reader: _Reader, data: bytes | None) -> None:
    if not data:
        return
    if reader.skip:
        reader.skip, data = max(reader.skip - len(data), 0), data[reader.skip :]
    if reader.group.destination == "bookmark":
        reader.name.append(data.decode("latin-1"))
    elif not reader.group.destination:
        reader.raw += data


def _add_text(reader: _Reader, text: str) -> None:
    _decode_pending(reader)
    if not reader.group.destination and reader.size < MOST_CHARACTERS:
        reader.text.append(text)
        reader.has_regular = reader.has_regular or (not reader.group.bold and not text.isspace())
        reader.size += len(text)


def _decode_pending(reader: _Reader) -> None:
    """Decode the pending bytes together, because characters of Asian code pages have two bytes."""
    if reader.raw:
        data = bytes(reader.raw)
        reader.raw.clear()
        code_page = reader.fonts.get(reader.group.font, reader.code_page)
        _add_text(reader, data.decode(code_page, "replace"))


def _codec_name(code_page: str) -> str:
    """Return the codec of a code page; Windows-1252 if Python has none."""
    try:
        return lookup(code_page).name
    except LookupError:
        return "cp1252"


def _take_paragraphs(reader: _Reader) -> Iterator[Paragraph]:
    """Yield the paragraphs of the text so far and begin a new one."""
    _decode_pending(reader)
    # RTF writes characters outside the Basic Multilingual Plane as two surrogates.
    text = "".join(reader.text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    parts = text.replace("\x00", "").split("\n\n")
    for part in parts:
        strong = not reader.has_regular and bool(part.strip())
        yield Paragraph(
            tidy(part), centred=reader.group.centred, strong=strong, starts=reader.starts
        )
        reader.starts = False
    reader.has_regular = False
    reader.text.clear()
    reader.size = 0
