import pytest

from tasks.process.clean.paragraphs import clean
from tests.process.pages import SENTENCES

TEASERS = (
    "Inkholm. A cutter ran aground on Sunday night, and two sailors ...",
    "Marsh. The school will stay closed until the roof ...",
)
CONTENTS = ("What burned", "Who was there", "What comes next")
SECTIONS = tuple(
    line for pair in zip(CONTENTS, SENTENCES[:3], strict=True) for line in pair
)  # each subhead above its text


def cleaned(*lines: str) -> tuple[str, ...]:
    return clean(lines, None).paragraphs


@pytest.mark.parametrize("stamp", ["20.04.2018 16:22", "02-12-2025", "19.10.2019 07:49 Uhr"])
def test_a_date_in_figures_above_the_story_is_dropped_and_kept_below_it(stamp: str) -> None:
    assert cleaned(stamp, *SENTENCES[:2]) == SENTENCES[:2]
    five = SENTENCES[:2] * 3
    assert cleaned(*five, stamp) == (*five, stamp)


def test_teasers_that_break_off_below_the_story_are_dropped_with_their_label() -> None:
    assert cleaned(*SENTENCES[:2], "News from the county", *TEASERS) == SENTENCES[:2]
    assert cleaned(*SENTENCES[:2], *TEASERS) == SENTENCES[:2]


def test_a_single_paragraph_that_breaks_off_is_kept() -> None:
    assert cleaned(SENTENCES[0], TEASERS[0]) == (SENTENCES[0], TEASERS[0])


def test_a_table_of_contents_is_dropped_and_the_subheads_are_kept() -> None:
    assert cleaned("Table of contents", *CONTENTS, SENTENCES[3], *SECTIONS) == (
        SENTENCES[3],
        *SECTIONS,
    )


@pytest.mark.parametrize(
    "lines",
    [
        ("Pros", "Light", "Cons", "Dear", SENTENCES[0], "Pros", "Light", "Cons", "Dear"),
        ("a = 1", "b = 2", "c = 3", SENTENCES[0], "a = 1", "b = 2", "c = 3", SENTENCES[1]),
        (CONTENTS[0], CONTENTS[1], SENTENCES[3], *SECTIONS),
        (*reversed(CONTENTS), SENTENCES[3], *SECTIONS),
    ],
)
def test_repeated_lines_that_are_no_table_of_contents_are_kept(lines: tuple[str, ...]) -> None:
    assert cleaned(*lines) == lines
