"""Printed dates are believed or doubted by their place on the page."""

import json
from datetime import date

import pytest

from tasks.process.metadata.dates.printed import BELIEVED
from tests.process.metadata.pages import metadata_of, published, verdicts
from tests.training.printed_dates import REPORT

FILLER = "<p>Seagulls do not read the newspaper, but they do like to sit on it.</p>" * 4


def test_among_several_days_only_one_right_below_the_headline_is_believed() -> None:
    apart = f"<h1>Ferry returns</h1>{FILLER[:148]}<p>May 1, 2024</p><p>May 3, 2024</p>"
    assert metadata_of(apart).published is None
    assert verdicts(metadata_of(apart)) == {"May 1, 2024": "doubted", "May 3, 2024": "doubted"}
    below = "<h1>Ferry returns</h1><p>May 1, 2024</p><p>May 3, 2024</p>"
    assert published(metadata_of(below)).day == date(2024, 5, 1)


def test_a_date_far_from_the_headline_is_believed_only_with_a_time_of_day() -> None:
    far = f"<h1>Ferry returns</h1>{FILLER}<p>May 1, 2024</p>"
    assert metadata_of(far).published is None
    assert verdicts(metadata_of(far)) == {"May 1, 2024": "doubted"}
    timed = f"<h1>Ferry returns</h1>{FILLER}<p>May 1, 2024 10:30</p>"
    assert published(metadata_of(timed)).day == date(2024, 5, 1)


def test_a_printed_day_after_the_declared_change_is_not_believed() -> None:
    changed = '<meta property="article:modified_time" content="2024-04-01T10:00:00Z">'
    page = f"{changed}<h1>Ferry returns</h1><p>May 1, 2024</p>"
    assert metadata_of(page).published is None
    assert verdicts(metadata_of(page))["May 1, 2024"] == "doubted"
    labelled = f"{changed}<h1>Ferry returns</h1><p>Published May 1, 2024</p>"
    assert published(metadata_of(labelled)).day == date(2024, 5, 1)


def test_a_doubted_day_is_not_believed_because_it_is_the_only_one() -> None:
    page = f"<h1>Ferry</h1>{FILLER}<p>May 1, 2024</p><div class='date'>May 1, 2024</div>"
    assert metadata_of(page).published is None


def test_a_declared_date_is_not_doubted_because_of_printed_dates() -> None:
    declared = '<meta property="article:published_time" content="2024-05-01">'
    page = f"{declared}<h1>Ferry</h1>{FILLER[:148]}<p>May 1, 2024</p><p>May 3, 2024</p>"
    assert published(metadata_of(page)).source == "meta"


def test_the_believed_categories_are_those_of_the_measurement() -> None:
    measured = json.loads(REPORT.read_text("utf-8"))
    assert sorted(BELIEVED) == measured["believed"], "run python -m tests.training.printed_dates"


@pytest.mark.parametrize("pages", ["declared dates withheld", "pages that declare none"])
def test_believed_dates_are_right_often_enough_on_unknown_publishers(pages: str) -> None:
    measured = json.loads(REPORT.read_text("utf-8"))
    assert measured[pages]["out of fold"]["precision"] >= 0.92
