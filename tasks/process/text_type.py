"""Judges documents that are no page: a row's text, a text file, a text that was fetched.

A person gave rows and text files on purpose. They are loaded when they have words, and never judged
by what pages are judged by: a story about a consent decree is no consent wall.
"""

from config.settings import ProcessSettings
from tasks.process.page_type import KEPT, Verdict
from tasks.process.prose import doubt_prose
from tasks.records import RawDocument

TEXT = "article"
NOT_PROSE = "not_prose"
MAYBE_NOT_PROSE = "maybe_not_prose"
SHORT = "short"


def judge_text(document: RawDocument, text: str, words: int, settings: ProcessSettings) -> Verdict:
    """Reject a text without words, and what is certainly no prose; flag what is short or in doubt.

    Args:
        text: as decoded, with its lines.
        words: what cleaning left.
    """
    if words == 0:
        return Verdict(TEXT, "too_short", "no words")
    if document.is_fetched and words < settings.min_words:
        return Verdict(TEXT, "too_short", f"{words} words, required are {settings.min_words}")
    flags = (SHORT,) if words < settings.min_words else ()
    doubt = doubt_prose(text)
    if doubt is None:
        return Verdict(TEXT, flags=flags)
    if document.is_row or not doubt.is_sure:
        return Verdict(TEXT, flags=(*flags, MAYBE_NOT_PROSE))
    if settings.keep_all:
        return Verdict(NOT_PROSE, flags=(*flags, KEPT))
    return Verdict(NOT_PROSE, NOT_PROSE, doubt.sign)
