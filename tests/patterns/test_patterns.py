"""Each regular expression searches pumped texts in a time proportional to their length."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.growth import MEASURABLE, is_linear
from tests.patterns.collecting import Used, patterns
from tests.patterns.pumping import pumped

# Applied by `match` or at the beginning of a text only, where `collecting` cannot see that.
ANCHORED = {
    "tasks.read.formats.json_elements._TO_BRACKET": "match",
    "tasks.read.formats.json_elements._TO_MARK": "match",
    "tasks.read.warc.arc.ARC_HEADER": "match",  # `record_layout` takes its text for another pattern
    "tasks.read.text_heads.PROLOGUE": "match",  # and by `sub` with count=1: it matches at the start
    "tasks.process.page_type.signs.DOCUMENTATION_HOST": "match",
    "tasks.process.page_type.prose_lines.LINE_FORMS": "match",
    "tasks.process.page_type.prose_lines.BY_BEGINNING": "match",
    "tasks.process.page_type.signs.SOFT_404_TITLE": "fullmatch",
    "tasks.process.page_type.signs.BOT_CHECK_TITLE": "fullmatch",
    "tasks.process.page_type.signs.CONSENT_TITLE": "fullmatch",
}
# Applied to texts of at most so many characters, with what bounds them and why that is enough.
BOUNDED = {
    "tasks.process.clean.paragraphs.LINES": (
        320,
        "boilerplate_kind looks at lines up to LONGEST_LINE",
    ),
    "tasks.process.clean.datelines.CREDITED": (80, "read_dateline cuts a paragraph at LONGEST"),
    "tasks.process.clean.datelines.SHOUTED": (80, "read_dateline cuts a paragraph at LONGEST"),
    "tasks.read.formats.databanks.proquest._INFO": (500, "the line is cut at _LONGEST_INFO"),
    "tasks.process.metadata.names.people.JUNK": (400, "names_in cuts a byline at LONGEST_BYLINE"),
    "tasks.process.metadata.names.people.EASTERN_ROLE": (400, "a part of a byline"),
}
# Applied to what `plain` returns, where white space is single: runs of it cannot be pumped.
SINGLE_SPACED = {
    "tasks.process.metadata.keywords._SPLIT",
    "tasks.process.metadata.names.people.CUT",
    "tasks.process.metadata.names.people._SPLIT",
    "tasks.process.metadata.titles.SEPARATOR",
    "tasks.process.metadata.titles.BAR",
}
SMALL, LARGE = 500, 2_000
SUSPECT = 0.001  # seconds of processor time: quadratic work on 2,000 characters takes longer
SUSPECT_RATIO = 6.0
LONGEST = 3.0  # seconds after which a pattern is not linear, whatever its ratio would be
LENGTH_OF_BOUND = 1_000
ATTEMPTS = 3  # a pause makes any single time long; the shortest of three is the work itself


class _TooLongError(Exception):
    """The search has taken too long and was interrupted."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Interrupt the context after some seconds; `re` checks for signals while it searches."""

    def stop(*_: object) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def slow_text(used: Used, every: int = 1) -> tuple[str, str, str] | None:
    """Return the prefix, piece and tail of a text whose time does not grow in line with it.

    Args:
        every: 9 tries one tail and every third piece.
    """
    apply = _applied(used)
    for parts in pumped(used.pattern)[every // 2 :: every]:

        def work(size: int, parts: tuple[str, str, str] = parts) -> object:
            return apply(_text(used, parts, size))

        if not _is_fast(work):
            return parts
    return None


def _is_fast(work: Callable[[int], object]) -> bool:
    try:
        return any(_seems_fast(work) for _ in range(2))
    except _TooLongError:
        return False


def _seems_fast(work: Callable[[int], object]) -> bool:
    with _within(LONGEST):
        small = min(_seconds(work, SMALL) for _ in range(ATTEMPTS))
        if small < LONGEST / 100 and _seconds(work, LARGE) < max(SUSPECT, SUSPECT_RATIO * small):
            return True
        return is_linear(work, SMALL if small > MEASURABLE else LARGE)


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.thread_time()  # a timer of processor time makes `process_time` count in ticks
    work(size)
    return time.thread_time() - started


def _applied(used: Used) -> Callable[[Any], object]:
    how = ANCHORED.get(used.where, used.how)
    if how == "search":  # `sub` goes on behind each match, as `finditer` and `split` do
        nothing: Any = b"" if isinstance(used.pattern.pattern, bytes) else ""
        return lambda text: used.pattern.sub(nothing, text)
    applied: Callable[[Any], object] = getattr(used.pattern, how)
    return applied


def _text(used: Used, parts: tuple[str, str, str], size: int) -> str | bytes:
    prefix, piece, tail = parts
    text = prefix + piece * max(size // len(piece), 1) + tail
    if used.where in SINGLE_SPACED:
        text = " ".join(text.split())
    if isinstance(used.pattern.pattern, bytes):
        return text.encode("utf-8", "surrogatepass")
    return text


@pytest.mark.parametrize(
    "every", [29, pytest.param(3, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_every_expression_takes_a_time_proportional_to_its_text(every: int) -> None:
    slow = {
        f"{used.where} ({used.how})": parts
        for used in patterns()
        if used.where not in BOUNDED and (parts := slow_text(used, every))
    }
    assert not slow, "make them linear, or bound the text and say so in BOUNDED"


def test_exceptions_exist_and_their_bounds_are_small() -> None:
    assert {*ANCHORED, *BOUNDED, *SINGLE_SPACED} <= {used.where for used in patterns()}
    assert all(bound <= LENGTH_OF_BOUND for bound, _ in BOUNDED.values())


@pytest.mark.parametrize(
    "pattern",
    [r"\s+$", r"(?:a|aa)+b", r"<!--.*?-->", r"x[\w.]*y", r"(?:error\s*:?\s*)*404", r"(.+?)/+(\d+)"],
)
def test_the_test_finds_expressions_that_are_not_linear(pattern: str) -> None:
    assert slow_text(Used("tests", re.compile(pattern, re.DOTALL), "search"))


@pytest.mark.parametrize("pattern", [r"a+b?", r"(?<!\s)\s++$", r'"[^"]*+"?', r"\d{5}", r"<[^<>]*>"])
def test_the_test_leaves_linear_expressions_alone(pattern: str) -> None:
    assert slow_text(Used("tests", re.compile(pattern), "search")) is None
