"""The careful lane: extraction of a page's body by trafilatura.

No other module that processes pages imports trafilatura. It is imported when the first page needs
it: that and its stop lists cost a quarter of a second, and many archives have no such page.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from selectolax.lexbor import LexborHTMLParser

from config.errors import ExtractorError

EXTRACTOR = "trafilatura"
EXTRACTOR_VERSION: str = version(EXTRACTOR)
_CELL_BORDER = re.compile(r"(?<!\\)\|")
TABLE_RULE = re.compile(r"\|[-|]+\|")
LIST_MARK = "- "
WITHOUT_TEXT = ["style", "svg", "iframe", "noscript", "nav", "footer"]
_SCRIPT = 'script:not([type*="ld+json" i])'  # trafilatura reads the articleBody of JSON-LD
TYPE_KEY = '"@type"'
QUADRATIC = 1_000_000_000  # steps of the regular expression, about a second
# Browsers print <q> in quotation marks; trafilatura makes it a paragraph of its own.
INLINE_QUOTE = re.compile(r"<(/?)q(?:\s[^<>]{0,300})?>", re.IGNORECASE)

# Trafilatura logs each page without a text; our ledger of rejections already says so.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Body:
    """The main text of a page; without paragraphs if none was found.

    Attributes:
        flags: quality flags raised by the choice of the extractor.
    """

    paragraphs: tuple[str, ...]
    extractor: str = EXTRACTOR
    extractor_version: str = EXTRACTOR_VERSION
    flags: tuple[str, ...] = ()


def extract_body(html: str, url: str | None) -> Body:
    """Extract headings, paragraphs, list items, quotes and table rows in reading order.

    Raises:
        ExtractorError: trafilatura raised; the page is to blame, not the run.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document, Extractor

    # dedup stays False: it keeps state between documents (measured), so a page's text would depend
    # on the pages before it. Recall mode: once boilerplate lines are cleaned away, it is as precise
    # as the balanced mode, its F1 on guides and blogs (wcxb) is .005 higher, and it is faster, for
    # it never extracts twice.
    options = Extractor(output_format="python", comments=False, url=url, dedup=False, recall=True)
    prepared = _with_quotation_marks(_without_slow_keys(_without_textless_elements(html)))
    try:
        document = bare_extraction(prepared, options=options)
    except Exception as error:
        # Odd markup can make trafilatura and lxml raise nearly any exception, RecursionError among
        # them. The page is rejected with the exception's name, and the run goes on.
        raise ExtractorError(f"{type(error).__name__}: {error}"[:200]) from error
    text = document.text if isinstance(document, Document) else None
    return Body(tuple(_paragraphs(text or "")))


def warm_careful() -> None:
    """Make trafilatura load now what it loads on first use, such as justext's stop lists."""
    menu = "<li><a href='/a'>Somewhere else to go</a></li>" * 60
    extract_body(f"<html><body><div>Short.</div><ul>{menu}</ul></body></html>", None)


def _without_textless_elements(html: str) -> str:
    """Return the page, parsed as browsers do, without scripts, styles, menus and footers.

    That raises the F1 by .002 and makes trafilatura 15 % faster.
    """
    tree = LexborHTMLParser(html)
    tree.strip_tags(WITHOUT_TEXT)
    for script in tree.css(_SCRIPT):
        script.decompose()
    return tree.html or ""


def _without_slow_keys(html: str) -> str:
    """Return the page with `"@type"` renamed if there are enough to make trafilatura slow.

    Trafilatura recognises forums by a regular expression that is quadratic in `"@type": [`: 900 kB
    of it took 234 s. The part of JSON-LD that it extracts, the articleBody, stays.
    """
    if html.count(TYPE_KEY) * len(html) < QUADRATIC:
        return html
    return html.replace(TYPE_KEY, '"type"')


def _with_quotation_marks(html: str) -> str:
    if "<q" not in html:
        return html
    return INLINE_QUOTE.sub(lambda tag: "\u201d" if tag[1] else "\u201c", html)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the lines of trafilatura's text without its marks of lists and tables."""
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("| ") and line.endswith("|"):
            line = _row(line)
        elif TABLE_RULE.fullmatch(line):
            continue
        else:
            line = line.removeprefix(LIST_MARK)
        if line:
            yield line


def _row(line: str) -> str:
    cells = (cell.strip().replace("\\|", "|") for cell in _CELL_BORDER.split(line[1:-1]))
    return " | ".join(cell for cell in cells if cell)
