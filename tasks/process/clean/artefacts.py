"""Repairs the text of single paragraphs, only where the fault is certain."""

import re
import unicodedata

from tasks.web.mojibake import repair_mojibake

# Soft hyphens, zero-width and bidi controls, byte order marks, private use (icon fonts). The
# joiners U+200C and U+200D stay: Persian, Indic scripts and emoji are spelled with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffc\ue000-\uf8ff\ud800-\udfff]"
)
# Faults that no writer makes, each with its remedy. ". . ." is an ellipsis and stays.
FAULTS = (
    # a full stop after the end of the sentence: "Wang Yi. ."
    (re.compile(r"(?<=[^\s.])([.!?…][\"'”’»)\]]*) \.(?=\s|$)(?! \.)"), r"\1"),
    # a comma after it: "the Foreign Ministry. , using terms"
    (re.compile(r"(?<=[^\s.]{3})\. ,(?=\s)"), ","),
    # a space before it: "the minister ."
    (re.compile(r"(?<=[^\W\d_]{2}) ([.,])(?=\s|$)(?! \.)"), r"\1"),
)
# Closing guillemets without opening ones: "diplomatic efforts.” », According to"
STRAY_GUILLEMETS = (
    (re.compile(r"([”\"’])(?: ?»){1,20}(?=[\s.,;:]|$)"), r"\1"),
    (re.compile(r"([.!?…])(?: ?»\.){1,20}(?=\s|$)"), r"\1"),
)
# A repair can reveal another fault, so repairs are repeated until nothing changes. The bound is
# for texts that are made to need very many rounds.
_MOST_ROUNDS = 8


def repair_artefacts(paragraph: str) -> str:
    """Return a paragraph in NFC, with single spaces, without invisible characters or stray marks.

    Repairing the result again changes nothing.
    """
    text = paragraph
    for _ in range(_MOST_ROUNDS):
        before = text
        text = _without_faults(_normalised(text))
        if text == before:
            break
    return text


def _normalised(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", repair_mojibake(text)))
    elif not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def _without_faults(text: str) -> str:
    if " ." in text or " ," in text:
        for fault, remedy in FAULTS:
            text = fault.sub(remedy, text)
    if "»" in text and "«" not in text:
        for fault, remedy in STRAY_GUILLEMETS:
            text = fault.sub(remedy, text)
    return text
