"""Which extractor reads a page: the fast lane, the careful one, or both where that is unsure."""

import re
from typing import Final

from config.errors import ExtractorError
from config.settings import Lane
from tasks.process.body.fast import FAST, FastText, extract_fast, fast_version
from tasks.process.comments import without_comments
from tasks.process.extract import EXTRACTOR_VERSION, Body, extract_body
from tasks.process.extract import warm as warm_careful
from tasks.process.parse import ParsedPage, parse
from tasks.process.scripts import text_in_scripts

WORDS: Final = re.compile(r"\w+")
# Below this expected F1 trafilatura is asked, too: about one page in eighteen. Above it the fast
# lane's text is as good or better, also on publishers that it never saw (report.json).
SURE: Final = 0.8
# Trafilatura is quadratic in elements: a minute for 40,000. Of 868 real pages one has more.
MOST_TAGS: Final = 20_000
# Less is seldom all of a story: it may stand in the page's JSON-LD alone.
LEAST_TEXT: Final = 200  # characters
SHORTEST_BRIEF: Final = 60  # characters
JAVASCRIPT: Final = re.compile(r"java\s?script", re.IGNORECASE)
MODERN: Final = "article, main, section"
# Two texts that have less than this in common are not two readings of one story.
ALIKE: Final = 0.5


def extract(page: ParsedPage, url: str | None, lane: Lane) -> Body:
    """The text of a page by the lane that the settings choose.

    Raises:
        ExtractorError: the careful lane failed, and the fast one found nothing or was not asked.
    """
    page = without_comments(page)
    body = _extract(page, url, lane)
    if sum(map(len, body.paragraphs)) < LEAST_TEXT:
        hidden = text_in_scripts(page.tree)
        if sum(map(len, hidden)) >= LEAST_TEXT and _is_rest_of(hidden, body.paragraphs):
            return Body(hidden, FAST, fast_version(), (*body.flags, "text_in_script"))
    return body


def _is_rest_of(hidden: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """Return whether a hidden text may be what a page prints too little of.

    A page that prints a brief of its own may hide teasers of other stories. What it prints is no
    brief if it is very short or asks for JavaScript.
    """
    said = " ".join(printed)
    is_brief = len(said) >= SHORTEST_BRIEF and not JAVASCRIPT.search(said)
    return not is_brief or said[:SHORTEST_BRIEF] in " ".join(hidden)


def _extract(page: ParsedPage, url: str | None, lane: Lane) -> Body:
    if lane == "careful":
        return extract_body(page.html, url)
    fast = extract_fast(page.outline)
    doubt = _doubt(fast, page) if lane == "cascade" else None
    if doubt is None:
        return _fast_body(fast)
    if page.html.count("<") > MOST_TAGS:
        return _fast_body(fast, (doubt, "careful_spared"))
    try:
        careful = extract_body(page.html, url)
    except ExtractorError:
        if not fast.paragraphs:
            raise
        return _fast_body(fast, (doubt, "careful_failed"))
    return better(fast, careful, doubt)


def better(fast: FastText, careful: Body, doubt: str = "unsure_text") -> Body:
    """The text to keep of a page on which the fast lane is unsure.

    Trafilatura is the better one there (report.json). Its text is kept unless it has none.
    """
    flags = [doubt]
    if not careful.paragraphs:
        return _fast_body(fast, tuple(flags))
    if common_share(fast.paragraphs, careful.paragraphs) < ALIKE:
        flags.append("extractors_disagree")
    return Body(careful.paragraphs, flags=tuple(flags))


def warm() -> None:
    """Makes both lanes load what they load on first use: weights, tables, stop lists."""
    page = "<html><body><h1>Pier</h1><p>The pier is open again, says the council.</p></body></html>"
    extract_fast(parse(page).outline)
    warm_careful()


def versions() -> str:
    """Of both extractors: a change of either may change any row."""
    return f"{FAST} {fast_version()}, trafilatura {EXTRACTOR_VERSION}"


def common_share(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Words that two texts share, of the words of both, 0 to 1 (Dice); 1 for two empty ones."""
    a, b = (set(WORDS.findall(" ".join(lines).casefold())) for lines in (one, two))
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _doubt(fast: FastText, page: ParsedPage) -> str | None:
    """Why the fast lane's text is not to be trusted, as a quality flag."""
    if fast.confidence < SURE:
        return f"unsure_text:{round(100 * fast.confidence)}"
    if sum(map(len, fast.paragraphs)) < LEAST_TEXT:
        return "little_text_found"
    # The model was shown next to none of these, and is sure of them nevertheless.
    tags, tree = page.outline.tags, page.tree
    is_old = "table" in tags and tree.css_first("table table") and not tree.css_first(MODERN)
    return "table_layout" if is_old else None


def _fast_body(fast: FastText, flags: tuple[str, ...] = ()) -> Body:
    return Body(fast.paragraphs, FAST, fast_version(), flags)
