"""Tells from its first bytes whether an input is text, whether it is HTML, and its encoding."""

import re

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b")) + b"\x7f"  # ESC: ISO-2022-JP
_DOCTYPE = re.compile(rb"<(!doctype\s+html|html)[\s>]", re.IGNORECASE)
# Behind a few lines that are no markup, such as the warnings of a server.
_DOCTYPE_LINE = re.compile(rb"^[ \t]*<(!doctype\s+html|html)[\s>]", re.IGNORECASE | re.MULTILINE)
_ROWS_START = re.compile(rb"\s*[\[{]\s*[\[{\"]")
_TAG = re.compile(
    rb"<(head|body|title|meta|link|script|style|div|p|span|article|section|main|header|h[1-6]|a|"
    rb"table|ul|br|img)[\s/>]",
    re.IGNORECASE,
)
XML_START = re.compile(
    rb"<(\?xml|rss|feed|urlset|sitemapindex|rdf:RDF|svg|!DOCTYPE\s+svg"
    rb"|!ELEMENT|!ATTLIST|!ENTITY)[\s>]"
)
PROLOGUE = re.compile(rb"(\s*<(\?[^>]*>|!--.*?-->))*\s*", re.DOTALL)
_LISTED_START = re.compile(rb"(\xef\xbb\xbf)?\s*(#|https?://|urls?\s*\n)", re.IGNORECASE)
_LISTED = re.compile(rb"\s*https?://\S+\s*", re.IGNORECASE)
_LISTED_LINES = 500
_PACKED = (".gz", ".bz2", ".xz", ".zst")
# Names of data and documents that are never HTML. Old Office and XML are missing: `.xls`, `.doc`
# and `.xml` often are.
_NO_PAGES = (
    *(".warc", ".arc", ".wacz", ".wet", ".jsonl", ".ndjson", ".json", ".parquet", ".csv", ".tsv"),
    *(".sqlite", ".zip", ".tar", ".tgz", ".xlsx", ".docx", ".odt", ".ods", ".rtf", ".pdf"),
)
_FEW_CONTROLS = 8
_MOST_STRAY = 3  # bytes; the last character of a head may be cut off


def looks_like_text(head: bytes) -> bool:
    """Return whether at most one byte in fifty is a control character that no text has.

    Some texts have a few. Of random bytes one in nine is such a character. Of bytes that are mostly
    not UTF-8 one in five hundred may be one: packed numbers have few of them, legacy texts none.
    """
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls <= max(_FEW_CONTROLS, len(head) // 500):
        return controls <= len(head) // 50
    stray = len(head) - len(head.decode("utf-8", "ignore").encode())
    return controls <= len(head) // 50 and stray <= len(head) // 4


def looks_like_html(head: bytes, name: str = "") -> bool:
    """Return whether a text is HTML by its doctype, its first tag, or its name and any tag."""
    begin = PROLOGUE.match(head)
    start = head[begin.end() :] if begin else head
    if _DOCTYPE.match(start) or _TAG.match(start):
        return True
    if XML_START.match(start) or XML_START.match(head.lstrip()):
        return False
    if _ROWS_START.match(start):
        return False  # rows may hold whole pages
    if _DOCTYPE_LINE.search(head[:4096]):
        return True
    return name.endswith((".html", ".htm", ".xhtml", ".shtml")) and bool(_TAG.search(head))


def is_no_page(name: str) -> bool:
    """Return whether HTML under a name in lower case is not what was meant: a login, an error.

    Servers answer so with status 200, and downloads keep the name of what was asked for.
    """
    while name.endswith(_PACKED):
        name = name.rpartition(".")[0]
    return name.endswith(_NO_PAGES)


def wide_encoding(head: bytes) -> str | None:
    """Return "utf-32", "utf-16" or "utf-16-le" by a byte order mark or by zero bytes, else None."""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[:1024]
    half = len(sample) // 2
    if half >= 8 and sample[1::2].count(0) > half * 0.8 and sample[::2].count(0) == 0:
        return "utf-16-le"
    return None


def legacy_encoding(head: bytes) -> str | None:
    """Return the charset of rows that are not in UTF-8; None for UTF-8 with damaged bytes.

    A few odd bytes are damaged rows, not another encoding.
    """
    if head.isascii():
        return None
    sound = head.decode("utf-8", "ignore")
    valid = len(sound) - len(sound.encode("ascii", "ignore"))
    stray = len(head) - len(sound.encode())
    if stray <= _MOST_STRAY or valid > stray // 2:
        return None
    from tasks.web.charset import decode  # its detector takes long to load, and few files need it

    charset = decode(head[: head.rfind(b"\n")] or head, None).charset
    return None if charset == "utf-8" else charset


def lists_addresses(head: bytes) -> bool:
    """Return whether a text is a list with an address in each line; some lines may be bad."""
    if not _LISTED_START.match(head):
        return False
    lines = [line for line in head.splitlines()[:_LISTED_LINES] if line.strip()]
    lines = [line for line in lines if not line.startswith(b"#")]
    addresses = sum(_LISTED.fullmatch(line) is not None for line in lines)
    return bool(lines) and addresses >= 0.8 * len(lines)
