import pytest

from tasks.process.clean.datelines import Dateline, credited_agency, read_dateline


@pytest.mark.parametrize(
    ("line", "text", "agency"),
    [
        ("OSTERBY, Jan 3 (AFP) – The council met.", "OSTERBY, Jan 3 (AFP)", "AFP"),
        ("Osterby (dpa/lno) - Der Rat tagte.", "Osterby (dpa/lno)", "dpa"),
        ("NEW SKERROW, Nordholm (AP) — Two ferries sank.", "NEW SKERROW, Nordholm (AP)", "AP"),
        ("SKERROW, 3 janvier (Xinhua) -- Le quai.", "SKERROW, 3 janvier (Xinhua)", "Xinhua"),
        ("OSTERBY — Forty limes are planted.", "OSTERBY", None),
        ("LINDWICK, Nordholm – Forty limes.", "LINDWICK, Nordholm", None),
    ],
)
def test_a_dateline_is_read_with_its_agency(line: str, text: str, agency: str | None) -> None:
    assert read_dateline([line]) == Dateline(text, agency)


@pytest.mark.parametrize(
    "line",
    [
        "BREAKING — The quay is closed.",
        "QUAY – Forty limes are planted.",
        "Диета — потеря веса.",
        "The harbour (AFP) said nothing.",
        "Osterby (Nordholm) - The council met.",
        "",
    ],
)
def test_a_beginning_that_only_looks_like_a_dateline_is_none(line: str) -> None:
    assert read_dateline([line]) is None


def test_the_agency_is_the_author_of_a_story_without_a_named_author() -> None:
    assert credited_agency(Dateline("OSTERBY (AFP)", "AFP")) == ("AFP",)
    assert credited_agency(Dateline("OSTERBY", None)) == credited_agency(None) == ()
