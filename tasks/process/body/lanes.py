"""The choice of the extractor for a page: the fast lane, the careful one, or a cascade of both.

The cascade reads each page by the fast lane, and again by the careful lane if the first is unsure
and the page may be an article.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from config.choices import Lane
from config.errors import ExtractorError
from tasks.process.body.careful import Body, extract_body, warm_careful
from tasks.process.body.fast import FastText, extract_fast, warm_fast
from tasks.process.body.versions import FAST, weights_version
from tasks.process.markup.comments import without_comments
from tasks.process.markup.parse import ParsedPage
from tasks.process.markup.scripts import text_in_scripts

_WORDS: Final = re.compile(r"\w+")
# Below this expected F1, trafilatura reads the page, too. Above it, the fast lane's text is as good
# or better, on publishers that it was not trained on (tests/training/report.json).
SURE: Final = 0.8
# Trafilatura's time is quadratic in the number of elements: a minute for 40,000 tags. Of 868 real
# pages, one has more than this.
MOST_TAGS: Final = 20_000
# A shorter text is rarely the whole story: some pages hold it in their JSON-LD or scripts only.
_LEAST_TEXT: Final = 200  # characters
SHORTEST_BRIEF: Final = 60  # characters
JAVASCRIPT: Final = re.compile(r"java\s?script", re.IGNORECASE)
MODERN: Final = "article, main, section"
# Two texts with a lower overlap of words are probably not the same story.
LEAST_OVERLAP: Final = 0.5
# Tells from the first text of a page whether it is rejected with any text.
IsSettled = Callable[[Body], bool]


def extract(
    page: ParsedPage, url: str | None, lane: Lane, is_settled: IsSettled = lambda _: False
) -> Body:
    """Return the text of a page, extracted by the lane that the settings choose.

    A page with very little text gets the text in its scripts instead, if that has more.

    Args:
        is_settled: the cascade asks it before trafilatura, which takes 10 times longer than the
            fast lane. In crawls of all kinds of pages, most of the pages in doubt are no articles.

    Raises:
        ExtractorError: the careful lane failed, and the fast lane found nothing or was not used.
    """
    page = without_comments(page)
    body = EXTRACTORS[lane](page, url, is_settled)
    if sum(map(len, body.paragraphs)) < _LEAST_TEXT:
        hidden = text_in_scripts(page.tree)
        if sum(map(len, hidden)) >= _LEAST_TEXT and _is_rest_of(hidden, body.paragraphs):
            return Body(hidden, FAST, weights_version(), (*body.flags, "text_in_script"))
    return body


def _is_rest_of(hidden: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """Return whether a text in the scripts may be the story of which the page prints too little.

    A page that prints a short report of its own may hold teasers of other stories in its scripts.
    The printed text is such a report unless it is very short or asks for JavaScript; then the text
    in the scripts must contain its beginning.
    """
    text = " ".join(printed)
    is_brief = len(text) >= SHORTEST_BRIEF and not JAVASCRIPT.search(text)
    return not is_brief or text[:SHORTEST_BRIEF] in " ".join(hidden)


def _by_fast_lane(page: ParsedPage, url: str | None, _: IsSettled) -> Body:
    return _fast_body(extract_fast(page.outline))


def _by_careful_lane(page: ParsedPage, url: str | None, _: IsSettled) -> Body:
    return extract_body(page.html, url)


def _by_cascade(page: ParsedPage, url: str | None, is_settled: IsSettled) -> Body:
    """Return the fast lane's text if it is sure of it, else the better text of both lanes."""
    fast = extract_fast(page.outline)
    doubt = _doubt(fast, page)
    if doubt is None:
        return _fast_body(fast)
    doubted = _fast_body(fast, (doubt,))
    if is_settled(doubted):
        return doubted
    if page.html.count("<") > MOST_TAGS:
        return _fast_body(fast, (doubt, "careful_spared"))
    try:
        careful = extract_body(page.html, url)
    except ExtractorError:
        if not fast.paragraphs:
            raise
        return _fast_body(fast, (doubt, "careful_failed"))
    return better_text(fast, careful, doubt)


# One function for each value of the setting `process.extractor`.
EXTRACTORS: Mapping[Lane, Callable[[ParsedPage, str | None, IsSettled], Body]] = {
    "fast": _by_fast_lane,
    "careful": _by_careful_lane,
    "cascade": _by_cascade,
}


def better_text(fast: FastText, careful: Body, doubt: str = "unsure_text") -> Body:
    """Return the text to keep of a page on which the fast lane is unsure.

    It is trafilatura's, unless that found none: on these pages trafilatura is better on average
    (tests/training/report.json).

    Args:
        doubt: the quality flag that says why the fast lane is unsure.
    """
    flags = [doubt]
    if not careful.paragraphs:
        return _fast_body(fast, tuple(flags))
    if word_overlap(fast.paragraphs, careful.paragraphs) < LEAST_OVERLAP:
        flags.append("extractors_disagree")
    return Body(careful.paragraphs, flags=tuple(flags))


def warm() -> None:
    """Make both lanes load now what they load on first use: weights, tables, stop lists."""
    warm_fast()
    warm_careful()


def word_overlap(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Return the Dice coefficient of the words of two texts, 0 to 1; 1 for two empty texts."""
    a, b = (set(_WORDS.findall(" ".join(lines).casefold())) for lines in (one, two))
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _doubt(fast: FastText, page: ParsedPage) -> str | None:
    """Return the quality flag that says why the fast lane's text is in doubt; None if it is not."""
    if fast.confidence < SURE:
        return f"unsure_text:{round(100 * fast.confidence)}"
    if sum(map(len, fast.paragraphs)) < _LEAST_TEXT:
        return "little_text_found"
    # Layouts of nested tables: there are hardly any in the training data, and the model is sure of
    # them although it is often wrong.
    tags, tree = page.outline.tags, page.tree
    is_old = "table" in tags and tree.css_first("table table") and not tree.css_first(MODERN)
    return "table_layout" if is_old else None


def _fast_body(fast: FastText, flags: tuple[str, ...] = ()) -> Body:
    return Body(fast.paragraphs, FAST, weights_version(), flags)
