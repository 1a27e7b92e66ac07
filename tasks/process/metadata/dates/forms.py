"""Patterns of written dates; the named groups are the parts of a date."""

import re
from typing import Final

ZONE = r"(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|Z|[A-Z]{2,5}"
# a.m. and p.m. in English, Arabic, Persian, Greek and Vietnamese.
HALF = r"[aApP]\.?[mM]\b\.?|[صم](?!\w)|[قب]\.?ظ|[πμ]\.?\s?μ\.?(?!\w)|(?:SA|CH)\b"
CLOCK = (
    r"(?P<hour>\d{1,2})(?:(?:[:.hH]\s?|\s?Uhr\s?)(?P<minute>\d{2})"
    rf"(?::(?P<second>\d{{2}})(?:[.,]\d{{1,9}})?)?)?\s?(?P<half>{HALF})?"
    rf"(?:\s?\(?(?P<zone>{ZONE})\b)?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{2})(?:(?P=sep)(?P<day>\d{2}))?"
    r"(?:(?:[T_]|\s{1,3}|,\s|\s-\s)(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,:]\d{1,9})?)?"
    rf"\s?(?P<zone>{ZONE})?(?:\[[\w/+-]{{1,40}}\])?)?",
    re.IGNORECASE,
)
# Web archives write instants so, and data sets that were made from them.
_FOURTEEN_DIGITS = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})"
)
EPOCH = re.compile(r"-?\d{9,10}(?:\.\d{1,9})?|-?\d{12,13}")
# The word for "year" or "day" after a date, in Russian, Ukrainian and Lithuanian.
SUFFIX = r"(?:г|р|d|года|року)(?!\w)\.?"
AFTER_DATE = re.compile(
    rf"(?:\s?{SUFFIX})?[\s,،|•·–—-]{{0,5}}(?:at|um|à|a las|alle|às|ore|kl\.?|o|klo|в|о|ob|lúc|στις"
    rf"|เวลา|plkst\.|kell|בשעה|الساعة|ساعت|@|T)?\s{{0,2}}{CLOCK}"
)

# `\w` does not match combining signs: those of Devanagari and Thai, and the joiner of Persian.
SIGN = "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c"
LETTER = rf"(?:[^\W\d_]|[{SIGN}])"
# Names of months; they have two words in the Levant ("Kanun the second") and Vietnam ("month ten").
_WORD = (
    rf"(?:[tT](?:háng|HÁNG)\s)?{LETTER}{{2,14}}"
    r"(?:\s(?:الثاني|الثانى|الأول|الاول|[mM]ột|[hH]ai|MỘT|HAI))?"
)
# Another name of the same month: "5 آذار/مارس 2024".
_OTHER = rf"(?:\s?[/(]\s?{LETTER}{{2,14}}\)?)?"
_LINK = r"(?:\s?(?:(?:de|del|of|do)\s|(?:d'|-|/)\s?)|[\s.,،]{1,3})"
ORDINAL = r"(?:st|nd|rd|th|er|º|ª|°)?"
FORMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        rf"(?<!\d)(?P<day>\d{{1,2}}){ORDINAL}\.?{_LINK}(?P<word>{_WORD}){_OTHER}\.?{_LINK}"
        r"(?P<year>\d{4})(?!\d)",
        rf"(?P<word>{_WORD})\.?\s{{0,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?[,،]?\s{{0,3}}"
        r"(?P<year>\d{4})(?!\d)",
        r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?!\d)",
        r"(?<![\d/-])(?P<one>\d{1,2})\s?(?P<sep>[/-])\s?(?P<two>\d{1,2})\s?(?P=sep)\s?"
        r"(?P<year>\d{4})(?!\d)",
        rf"(?P<year>\d{{4}})(?:[.,]|\s?m\.)?\s(?P<word>{_WORD})\s(?P<day>\d{{1,2}})\b",
        rf"(?P<year>\d{{4}})\.?\s(?:gada|g\.|aasta|a\.)\s(?P<day>\d{{1,2}})\.\s?(?P<word>{_WORD})",
    )
)
# Patterns that are tried only if the text has characters beyond ASCII.
NON_ASCII_FORMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<day>\d{1,2})\s?[tT]háng\s(?P<month>\d{1,2})(?:,\s?|\s(?:năm\s)?)"
        r"(?P<year>\d{4})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})\s?(?P<word>[\u0e01-\u0e4e.]{4,12}?)\s?(?:[พค]\.ศ\.)?\s?"
        r"(?P<year>\d{4})(?!\d)",
    )
)
DIGIT = re.compile(r"\d")
# The check of the preceding characters comes last, so that the search can skip to a "1" or "2".
YEAR = re.compile(r"(?:1(?:[6-9]\d|3[7-9]|40)|2[05]\d)\d(?!\d)(?<!\d{5})")
# 31.10.23: with full stops the order is always day, month, year.
SHORT_YEAR = re.compile(
    r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{2})(?![\d.])"
)
SHORT_SLASHED_YEAR = re.compile(
    r"(?<![\d/])(?P<one>\d{1,2})(?P<sep>/)(?P<two>\d{1,2})/(?P<year>\d{2})(?![\d/])"
)
SHORT_THAI_YEAR = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s?(?P<word>[\u0e01-\u0e4e.]{4,12}?)\s?(?P<year>\d{2})(?!\d)"
)
MONTH_YEAR = re.compile(rf"(?P<word>{_WORD})\.?,?\s(?:de\s|of\s)?(?P<year>\d{{4}})")
# Weekdays have two words in Vietnamese, Hebrew and Arabic.
WEEKDAY = re.compile(
    rf"(?:(?:[tT]hứ|[cC]hủ|יום|يوم|روز)\s)?{LETTER}{{2,20}}[.,،]{{0,2}}\s+(?=\d)"
    r"|[^\W\d_]{2,14}\.?,\s+|[^\W\d_]{3}\s+(?=[A-Z])"
)
C_STYLE = re.compile(
    r"(?:[A-Z][a-z]{2},? )?(?P<word>[A-Z][a-z]{2}) (?P<day>\d{1,2}),? (?P<time>\d\d:\d\d(?::\d\d)?)"
    r"(?: (?P<before>[A-Z]{3,4}))? (?P<year>\d{4})$"
)


def numeric_date(text: str) -> re.Match[str] | None:
    """Return the match of a text that is a date of ISO 8601 or of 14 digits as a whole."""
    return _ISO.fullmatch(text) or _FOURTEEN_DIGITS.fullmatch(text)
