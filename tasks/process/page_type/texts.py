"""Judges documents that are not pages: the text of a row, a text file, a text that was fetched.

Somebody chose these rows and text files on purpose, so they are loaded if they have any words. The
rules for pages do not apply to them: a story about a consent decree is not a consent wall.
"""

import re

from config.settings import ProcessSettings
from tasks.process.page_type.judge import KEPT_NO_ARTICLE, Verdict
from tasks.process.page_type.prose import doubt_prose
from tasks.reasons import Reason
from tasks.records import RawDocument

_TEXT = "article"
NOT_PROSE = "not_prose"
MAYBE_NOT_PROSE = "maybe_not_prose"
SHORT = "short"
_README = re.compile(
    r"(?:^|[/!])(?:read[ _-]?me|licen[cs]e|copying)(?:\.(?:txt|text|md|markdown|rst))?$",
    re.IGNORECASE,
)


def judge_text(document: RawDocument, text: str, words: int, settings: ProcessSettings) -> Verdict:
    """Return the verdict on a text: reject it without words or prose, flag it if short or in doubt.

    A fetched text is rejected if it is short, as a page is. A row is never rejected for its prose.

    Args:
        text: the text as decoded, with its line breaks.
        words: the number of words after cleaning.
    """
    if words == 0:
        return Verdict(_TEXT, Reason.TOO_SHORT, "no words")
    if document.is_fetched and words < settings.min_words:
        return Verdict(_TEXT, Reason.TOO_SHORT, f"{words} words, required are {settings.min_words}")
    flags = (SHORT,) if words < settings.min_words else ()
    doubt = doubt_prose(text)
    if doubt is None and not _explains(document):
        return Verdict(_TEXT, flags=flags)
    if document.is_row or doubt is None or not doubt.is_sure:
        return Verdict(_TEXT, flags=(*flags, MAYBE_NOT_PROSE))
    if settings.keep_all:
        return Verdict(NOT_PROSE, flags=(*flags, KEPT_NO_ARTICLE))
    return Verdict(NOT_PROSE, Reason.NOT_PROSE, doubt.sign)


def _explains(document: RawDocument) -> bool:
    """Return whether a file is by its name the readme or licence of what lies beside it.

    Some are written like a story, so that the name alone is a doubt, and no more.
    """
    path = document.locator.partition("#")[0]
    return not document.is_row and _README.search(path) is not None
