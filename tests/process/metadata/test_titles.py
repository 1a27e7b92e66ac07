import pytest

from tasks.process.metadata.titles import strip_site
from tests.process.metadata.pages import jsonld, metadata_of


def test_the_json_ld_headline_of_a_newsroom_beats_the_title_element() -> None:
    page = (
        jsonld(headline="Ferry returns to Port Ellis") + "<title>Ferry, boats, Port Ellis</title>"
    )
    assert metadata_of(page).title == "Ferry returns to Port Ellis"


def test_the_printed_heading_beats_a_json_ld_headline_copied_from_the_title() -> None:
    page = (
        '<script type="application/ld+json">{"@type": "Article", "headline": "Ferry | Herald"}'
        "</script><title>Ferry | Herald</title><h1>The ferry is back</h1>"
    )
    assert metadata_of(page).title == "The ferry is back"


def test_among_several_headings_the_one_like_the_title_is_the_headline() -> None:
    page = "<title>Ferry returns at last</title><h1>Log in</h1><h1>Ferry returns at last</h1>"
    assert metadata_of(page).title == "Ferry returns at last"


def test_a_json_ld_headline_that_is_the_description_is_not_used() -> None:
    long = "After eleven years of repairs and two lawsuits the council has decided " * 2
    page = jsonld(headline=long) + "<title>Ferry returns</title><h1>Ferry returns</h1>"
    assert metadata_of(page).title == "Ferry returns"


@pytest.mark.parametrize(
    ("title", "stripped"),
    [
        ("Ferry returns | Harbour Herald", "Ferry returns"),
        ("Harbour Herald: Ferry returns", "Ferry returns"),
        ("Ferry returns - Town - Harbour Herald", "Ferry returns - Town"),
        ("Ferry - a comeback", "Ferry - a comeback"),
        ("He said: »Enough«", "He said: »Enough«"),
        ("Harbour Herald", "Harbour Herald"),
    ],
)
def test_only_the_name_of_the_site_is_stripped_from_a_title(title: str, stripped: str) -> None:
    assert strip_site(title, frozenset({"harbourherald"})) == stripped


def test_markup_and_entities_do_not_reach_the_title() -> None:
    page = jsonld(headline="Ferry &amp;amp; train <em>together</em>")
    assert metadata_of(page).title == "Ferry & train together"


def test_a_page_without_any_title_has_none() -> None:
    assert metadata_of("<p>Text.</p>").title is None
