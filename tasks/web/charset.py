"""Decoding of documents to text, whatever charset they declare."""

import codecs
import re
from dataclasses import dataclass

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from tasks.web.mojibake import repair_mojibake

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

# Browsers decode these charsets by larger tables (https://encoding.spec.whatwg.org) than the
# national standards: most pages use vendors' characters such as ①, 髙 and the Hangul of UHC.
BROWSER_CODECS = {
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
# Labels of these tables that other programs write although browsers do not know them.
VENDOR_LABELS = {
    **dict.fromkeys(("cp949", "ms949", "uhc", "windows-949"), "cp949"),
    **dict.fromkeys(("cp932", "ms932", "windows-932"), "cp932"),
    **dict.fromkeys(("cp936", "ms936", "windows-936"), "gb18030"),
    **dict.fromkeys(("cp950", "ms950", "windows-950"), "big5hkscs"),
}
EUC_JP = "euc_jp"
# Least share of Hangul among the characters of a Korean page that are not ASCII; a Chinese page
# that is decoded as Korean has at most 0.7.
HANGUL = 0.9
FAR_EASTERN = frozenset({*BROWSER_CODECS.values(), EUC_JP})
# Up to this share of undecodable characters, among those that are not ASCII, a document counts as
# damaged; above it, as written in another charset.
MOST_DAMAGE = 0.01

# In a Western text at most one letter in five is not ASCII (Vietnamese and Turkish have charsets of
# their own). Cyrillic or Greek bytes that are decoded as Western are nearly all accented letters.
WESTERN = frozenset({"cp1252", "iso8859-15", "cp1254", "mac-roman"})
WESTERN_ACCENTS = 0.4
# Splits bytes into words: ASCII other than letters separates them, any other byte is a letter.
WORDS_OF_BYTES = bytes(
    code if code > 127 or bytes([code]).isalpha() else ord(" ") for code in range(256)
)

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\uffff]")
C1_LEAD, C1_TAILS = b"\xc2", range(0x80, 0xA0)  # in UTF-8
CONTROL_BYTES = bytes(code for code in (*range(32), 127) if code not in b"\t\n\f\r")
STRAY_BYTES = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0x100)
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a document.

    Attributes:
        charset: name of the codec that decoded it.
        flags: any of `mixed_charset`, `undecodable_bytes`, `mojibake_repaired`.
        utf8: the text as UTF-8, if the document was valid UTF-8 and nothing was repaired; else
            None. It saves encoding the text again.
    """

    text: str
    charset: str
    flags: tuple[str, ...] = ()
    utf8: bytes | None = None


def decode(body: bytes, declared: str | None) -> Decoded:
    """Decode a page or a plain text; never raise.

    The charset is taken from the first of these that fits: the byte order mark, strict UTF-8, the
    HTTP header, the `<meta>` element, a detector. Labels have the meaning that browsers give them
    (WHATWG): latin-1 is windows-1252.

    Args:
        declared: the charset of the HTTP header.
    """
    decoded, utf8 = _decode_with_controls(body, declared), None
    if decoded is None:
        utf8 = body.translate(None, CONTROL_BYTES)
        decoded = _decode_without_controls(utf8, declared)
    found, charset, flag = decoded
    found = found.removeprefix("\ufeff")
    text = repair_mojibake(found)
    repaired = text != found
    # Most pages are clean UTF-8: only then may the bytes stand for the text, and only then can
    # the search for forbidden characters be skipped.
    if decoded != (text, UTF8, None) or _has_c1(body) or "\uffff" in text:
        text, utf8 = FORBIDDEN.sub(_replace_forbidden, text), None
    flags = (flag, "mojibake_repaired" if repaired else None)
    return Decoded(text, charset, tuple(flag for flag in flags if flag), utf8)


def _decode_with_controls(body: bytes, declared: str | None) -> tuple[str, str, str | None] | None:
    """Decode charsets that need control bytes: UTF-16, UTF-32 and ISO-2022-JP; else return None.

    Returns:
        Text, codec and flag, as all `_decode_…` functions do.
    """
    wide = _charset_of_bom(body) or _utf16_without_bom(body, declared)
    if wide:
        return body.decode(wide, "replace"), wide, None
    text = _decode_strictly(body, "iso2022_jp") if b"\x1b" in body else None
    return None if text is None else (text, "iso2022_jp", None)


def _decode_without_controls(body: bytes, declared: str | None) -> tuple[str, str, str | None]:
    """Decode a body whose control bytes were removed, in a charset that extends ASCII."""
    text = _decode_strictly(body, UTF8)
    if text is not None:
        return text, UTF8, None
    return _decode_mixed_utf8(body) or _decode_as_declared(body, declared)


def _has_c1(body: bytes) -> bool:
    """Return whether the body holds a C1 control character as UTF-8.

    The bytes are split at the rare lead byte; searching the decoded text with FORBIDDEN is slower.
    """
    return any(rest[0] in C1_TAILS for rest in body.split(C1_LEAD)[1:] if rest)


def _charset_of_bom(body: bytes) -> str | None:
    return next((charset for mark, charset in BOMS if body.startswith(mark)), None)


def _utf16_without_bom(body: bytes, declared: str | None) -> str | None:
    """Return the codec of UTF-16 without a byte order mark: every second byte of ASCII is zero."""
    head = body[:400]
    if 0 in head and (known_charset(declared) or "").startswith("utf-16"):
        return known_charset(declared)
    if head.count(0) * 3 < len(head) or len(head) < 4:
        return None
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _vendor_character(error: UnicodeError) -> tuple[str, int]:
    """Decode two bytes of EUC-JP that stand for a vendor's character, by the table of Shift_JIS.

    An error handler of `codecs`: Python's EUC-JP lacks the rows 13 and 89 to 92 of NEC and IBM.
    """
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


def _decode_strictly(body: bytes, charset: str) -> str | None:
    """Decode a body whose every byte must be valid; None if one is not, or the codec is unknown."""
    try:
        return body.decode(charset, "broadsheet.vendor" if charset == EUC_JP else "strict")
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_mixed_utf8(body: bytes) -> tuple[str, str, str] | None:
    """Decode UTF-8 with a few bytes of another charset, as from a template or a comment.

    Return None unless valid characters outweigh the stray bytes two to one.
    """
    sound = body.decode(UTF8, "ignore")
    text = body.decode(UTF8, "surrogateescape")
    valid = len(sound) - len(sound.encode("ascii", "ignore"))
    stray = len(text) - len(sound)
    if valid <= 2 * stray:
        return None
    return text.translate(STRAY_BYTES), UTF8, "mixed_charset"


def _decode_as_declared(body: bytes, declared: str | None) -> tuple[str, str, str | None]:
    """Decode by the charset of the header or of `<meta>`, else by the detector."""
    for label in (declared, _label_in_meta(body)):
        charset = known_charset(label)
        if charset and charset != UTF8:
            text = _decode_strictly(body, charset)
            if text is not None and _is_plausible(body, charset):
                return text, charset, None
            if (
                text is None
                and charset in FAR_EASTERN
                and (damaged := _decode_damaged(body, charset))
            ):
                return damaged, charset, "undecodable_bytes"
    return _decode_as_detected(body)


def _decode_damaged(body: bytes, charset: str) -> str | None:
    """Decode a document with a few bytes that its charset does not know; None if they are many."""
    text = body.decode(charset, "replace")
    wide = sum(not character.isascii() for character in text)
    return text if text.count("\ufffd") <= MOST_DAMAGE * wide else None


def _label_in_meta(body: bytes) -> str | None:
    """Return the charset label of a `<meta>` element near the beginning of the body."""
    found = META_CHARSET.search(body, 0, META_REACH)
    return found[1].decode("ascii", "ignore") if found else None


def known_charset(label: str | None) -> str | None:
    """Return the codec that browsers use for a charset label; None for a label without meaning."""
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


def _is_plausible(body: bytes, charset: str) -> bool:
    """Return whether a text decoded by a Western charset has a Western share of accents."""
    if charset not in WESTERN:
        return True
    # Markup is ASCII and may be most of a page: compare within the words that hold an accent.
    words = body.translate(WORDS_OF_BYTES).split()
    accented = b"".join(word for word in words if not word.isascii()).decode(charset)
    letters = sum(not letter.isascii() and letter.isalpha() for letter in accented)
    return letters < WESTERN_ACCENTS * max(1, len(accented))


def _decode_as_detected(body: bytes) -> tuple[str, str, str | None]:
    """Decode by the detector's guess; where it has none, as windows-1252."""
    detected = detect_encoding(body) or "cp1252"
    charset = BROWSER_CODECS.get(detected, detected)
    text = _decode_strictly(body, charset)
    if text is not None and charset != UTF8:
        return text, charset, None
    # The detector only knows EUC-KR, without the Hangul that UHC adds.
    korean = _decode_korean(body)
    if korean is not None:
        return korean, "cp949", None
    if charset == UTF8:  # the detector's way of saying that it does not know
        charset = "cp1252"
    return body.decode(charset, "replace"), charset, "undecodable_bytes"


def _decode_korean(body: bytes) -> str | None:
    """Decode a body as UHC; return None unless nearly all of its characters are Hangul."""
    text = _decode_strictly(body, "cp949") or ""
    wide = sum(not character.isascii() for character in text)
    hangul = sum("가" <= character <= "힣" for character in text)
    return text if wide and hangul >= HANGUL * wide else None


def _replace_forbidden(found: re.Match[str]) -> str:
    """Return the windows-1252 character of a C1 control; "" for any other forbidden character.

    A C1 control stems from windows-1252 that was decoded as latin-1.
    """
    code = ord(found[0])
    return bytes([code]).decode("cp1252", "ignore") if 0x80 <= code <= 0x9F else ""
