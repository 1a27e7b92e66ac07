"""Bytes to text, whatever the page claims about its charset."""

import codecs
import re
from dataclasses import dataclass

import ftfy
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

UTF8 = "utf-8"
BOMS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META_REACH = 4096  # the HTML standard asks for 1024; real pages put scripts first
META_CHARSET = re.compile(
    rb"<meta[^>]{0,300}?charset\s*+=\s*+[\"']?\s*+([\w.:-]{2,40})", re.IGNORECASE
)

# Browsers' tables of these charsets (https://encoding.spec.whatwg.org) are larger than the national
# standards: vendors' characters such as ①, 髙 and the Hangul of UHC stand on most pages.
BROWSER_CODECS = {
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
# Labels of these tables that browsers do not know and other programs write.
VENDOR_LABELS = {
    **dict.fromkeys(("cp949", "ms949", "uhc", "windows-949"), "cp949"),
    **dict.fromkeys(("cp932", "ms932", "windows-932"), "cp932"),
    **dict.fromkeys(("cp936", "ms936", "windows-936"), "gb18030"),
    **dict.fromkeys(("cp950", "ms950", "windows-950"), "big5hkscs"),
}
EUC_JP = "euc_jp"
FAR_EASTERN = frozenset({*BROWSER_CODECS.values(), EUC_JP})
# So many undecodable characters among those that are not ASCII are damage, not another charset.
MOST_DAMAGE = 0.01

# Among the letters of a Western text at most one in five is not ASCII (Vietnamese and Turkish have
# charsets of their own); Cyrillic or Greek bytes read as Western are nearly all accented letters.
WESTERN = frozenset({"cp1252", "iso8859-15", "cp1254", "mac-roman"})
WESTERN_ACCENTS = 0.4
# ASCII that is no letter parts words; in these charsets a byte is a letter.
WORDS_OF_BYTES = bytes(
    code if code > 127 or bytes([code]).isalpha() else ord(" ") for code in range(256)
)

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\uffff]")
C1_LEAD, C1_TAILS = b"\xc2", range(0x80, 0xA0)  # in UTF-8
CONTROL_BYTES = bytes(code for code in (*range(32), 127) if code not in b"\t\n\f\r")
# What UTF-8 looks like when it was read as windows-1252 or latin-1.
MOJIBAKE_LEADS = "\u00c3\u00c2\u00e2\u00d0\u00d1"
MOJIBAKE = re.compile(
    f"[{MOJIBAKE_LEADS}][\u0080-\u00bf\u20ac\u2122\u0153\u0161\u02dc\u201a-\u2022]"
)
SEGMENT_ENDS = re.compile("([<>\n])")
STRAY_BYTES = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0x100)
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a document.

    Attributes:
        charset: the name of the codec that was used.
        flags: `mixed_charset`, `undecodable_bytes`, `mojibake_repaired`.
        utf8: the text's bytes, where the document already was what it is now.
    """

    text: str
    charset: str
    flags: tuple[str, ...] = ()
    utf8: bytes | None = None


def decode(body: bytes, declared: str | None) -> Decoded:
    """Decodes a page or a plain text; never raises.

    BOM, strict UTF-8, the HTTP header's charset, the one in `<meta>`, at last a detector. Labels
    mean what browsers take them for (WHATWG): latin-1 is windows-1252.
    """
    read, utf8 = _escaped(body, declared), None
    if read is None:
        utf8 = body.translate(None, CONTROL_BYTES)
        read = _narrow(utf8, declared)
    found = read[0].removeprefix("\ufeff")
    text = repair_mojibake(found)
    repaired = text != found
    if read != (text, UTF8, None) or _has_c1(body) or "\uffff" in text:
        text, utf8 = FORBIDDEN.sub(_replacement, text), None
    flags = (read[2], "mojibake_repaired" if repaired else None)
    return Decoded(text, read[1], tuple(flag for flag in flags if flag), utf8)


def _escaped(body: bytes, declared: str | None) -> tuple[str, str, str | None] | None:
    """What is written in charsets that control bytes belong to: UTF-16 and -32, and ISO-2022."""
    wide = _marked(body) or _wide(body, declared)
    if wide:
        return body.decode(wide, "replace"), wide, None
    text = _strict(body, "iso2022_jp") if b"\x1b" in body else None
    return None if text is None else (text, "iso2022_jp", None)


def _narrow(body: bytes, declared: str | None) -> tuple[str, str, str | None]:
    text = _strict(body, UTF8)
    if text is not None:
        return text, UTF8, None
    return _mostly_utf8(body) or _legacy(body, declared)


def _has_c1(body: bytes) -> bool:
    """On the bytes, by their rare lead: FORBIDDEN on the text is dear."""
    return any(rest[0] in C1_TAILS for rest in body.split(C1_LEAD)[1:] if rest)


def _marked(body: bytes) -> str | None:
    return next((charset for mark, charset in BOMS if body.startswith(mark)), None)


def _wide(body: bytes, declared: str | None) -> str | None:
    """UTF-16 without a mark: every second byte of its ASCII is zero."""
    head = body[:400]
    if 0 in head and (known_charset(declared) or "").startswith("utf-16"):
        return known_charset(declared)
    if head.count(0) * 3 < len(head) or len(head) < 4:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _vendor_character(error: UnicodeError) -> tuple[str, int]:
    """Read two bytes of EUC-JP that stand for a vendor's character, by the table of Shift_JIS."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    if len(pair) < 2 or min(pair) < 0xA1:
        raise error
    row, cell = pair[0] - 0xA0, pair[1] - 0xA0
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    trail = cell + (0x3F + (cell >= 64) if row % 2 else 0x9E)
    try:
        return bytes((lead, trail)).decode("cp932"), error.start + 2
    except UnicodeDecodeError:
        raise error from None


codecs.register_error("broadsheet.vendor", _vendor_character)


def _strict(body: bytes, charset: str) -> str | None:
    try:
        return body.decode(charset, "broadsheet.vendor" if charset == EUC_JP else "strict")
    except (UnicodeDecodeError, LookupError):
        return None


def _mostly_utf8(body: bytes) -> tuple[str, str, str] | None:
    """UTF-8 with a few bytes of something else, as where templates and comments differ."""
    sound = body.decode(UTF8, "ignore")
    text = body.decode(UTF8, "surrogateescape")
    valid = len(sound) - len(sound.encode("ascii", "ignore"))
    stray = len(text) - len(sound)
    if valid <= 2 * stray:
        return None
    return text.translate(STRAY_BYTES), UTF8, "mixed_charset"


def _legacy(body: bytes, declared: str | None) -> tuple[str, str, str | None]:
    for label in (declared, _meta_label(body)):
        charset = known_charset(label)
        if charset and charset != UTF8:
            text = _strict(body, charset)
            if text is not None and _plausible(body, charset):
                return text, charset, None
            if text is None and charset in FAR_EASTERN and (damaged := _damaged(body, charset)):
                return damaged, charset, "undecodable_bytes"
    return _detected(body)


def _damaged(body: bytes, charset: str) -> str | None:
    """Decode a document that has a few bytes its charset does not; None where they are many."""
    text = body.decode(charset, "replace")
    wide = sum(not character.isascii() for character in text)
    return text if text.count("\ufffd") <= MOST_DAMAGE * wide else None


def _meta_label(body: bytes) -> str | None:
    found = META_CHARSET.search(body, 0, META_REACH)
    return found[1].decode("ascii", "ignore") if found else None


def known_charset(label: str | None) -> str | None:
    """The codec that browsers use for a charset label, None for labels that mean nothing."""
    label = (label or "").strip(" \t\r\n\"';").lower()
    if label in VENDOR_LABELS:
        return VENDOR_LABELS[label]
    if not label or len(label) > 40 or not label.isascii():
        return None
    charset = map_encoding_to_html5(label, False)
    if charset is None:  # not among WHATWG's labels, yet known to Python: latin-1, cp932
        try:
            charset = map_encoding_to_html5(codecs.lookup(label).name, False)
        except (LookupError, ValueError):
            return None
    return BROWSER_CODECS.get(charset or "", charset)


def _plausible(body: bytes, charset: str) -> bool:
    if charset not in WESTERN:
        return True
    # Markup is ASCII and may be most of a page: compare within the words that hold an accent.
    words = body.translate(WORDS_OF_BYTES).split()
    accented = b"".join(word for word in words if not word.isascii()).decode(charset)
    letters = sum(not letter.isascii() and letter.isalpha() for letter in accented)
    return letters < WESTERN_ACCENTS * max(1, len(accented))


def _detected(body: bytes) -> tuple[str, str, str | None]:
    detected = detect_encoding(body) or "cp1252"
    charset = BROWSER_CODECS.get(detected, detected)
    text = _strict(body, charset)
    if text is not None and charset != UTF8:
        return text, charset, None
    if charset == UTF8:  # the detector's way of saying that it does not know
        charset = "cp1252"
    return body.decode(charset, "replace"), charset, "undecodable_bytes"


def repair_mojibake(text: str) -> str:
    """ftfy, only on the stretches between tags where a regex sees mojibake: it is slow."""
    # `in` is a tenth of the regex's price, and most texts hold none of these letters.
    if not any(lead in text for lead in MOJIBAKE_LEADS) or not MOJIBAKE.search(text):
        return text
    parts = SEGMENT_ENDS.split(text)
    return "".join(ftfy.fix_encoding(part) if MOJIBAKE.search(part) else part for part in parts)


def _replacement(found: re.Match[str]) -> str:
    """C1 controls are windows-1252 that somebody read as latin-1; nothing else is worth keeping."""
    code = ord(found[0])
    return bytes([code]).decode("cp1252", "ignore") if 0x80 <= code <= 0x9F else ""
