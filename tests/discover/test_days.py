"""Days of entries, and of the sitemaps that hold them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.days import entry_day, sitemap_span
from tasks.discover.model import ListedPage

PLAIN = "https://courier.example/story"
DAY = date(2024, 3, 1)


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-01",
        "2024-03-01T23:30:00-05:00",
        "2024-03-01T09:00Z",
        "2024-03-01 09:00:00",
        "20240301T090000Z",
        "Fri, 01 Mar 2024 23:30:00 -0500",
        "1 Mar 2024 09:00 GMT",
    ],
)
def test_a_written_date_is_the_day_as_written(written: str) -> None:
    assert entry_day(ListedPage(PLAIN, published=written)) == DAY
    assert entry_day(ListedPage(PLAIN, modified=written)) == DAY


@pytest.mark.parametrize("written", ["2024", "2024-03", "2024-13-01", "2024-02-31", "", "soon"])
def test_a_text_without_a_day_gives_none(written: str) -> None:
    assert entry_day(ListedPage(PLAIN, published=written)) is None
    assert entry_day(ListedPage(PLAIN, published=written, modified="2024-03-01")) == DAY


def test_the_published_date_is_preferred_to_the_modified_one_and_to_the_address() -> None:
    dated = "https://courier.example/2024/03/03/story"
    both = ListedPage(dated, published="2024-03-01", modified="2024-03-02")
    assert entry_day(both) == DAY
    assert entry_day(ListedPage(dated, modified="2024-03-02")) == date(2024, 3, 2)
    assert entry_day(ListedPage(dated)) == date(2024, 3, 3)


@pytest.mark.parametrize(
    "path", ["/2024/03/01/story", "/news/2024-03-01-story.html", "/20240301/story", "/2024/03/01/"]
)
def test_a_full_date_in_the_address_is_a_day(path: str) -> None:
    assert entry_day(ListedPage(f"https://courier.example{path}")) == DAY


@pytest.mark.parametrize(
    "address",
    [
        "https://courier.example/2021/04/92713",
        "https://courier.example/2024/03/story",
        "https://courier.example/story?d=/2024/03/01/",
        "https://2024-03-01.example/story",
        "https://[broken/2024/03/01/",
    ],
)
def test_digits_elsewhere_in_an_address_are_no_day(address: str) -> None:
    assert entry_day(ListedPage(address)) is None


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("/sitemap-2020-03.xml", (2020, 3, None)),
        ("/sitemap_2020_03_16.xml.gz", (2020, 3, 16)),
        ("/sitemap-202003.xml", (2020, 3, None)),
        ("/sitemap-20200316.xml", (2020, 3, 16)),
        ("/2020/03/sitemap.xml", (2020, 3, None)),
        ("/sitemap/2020/03/16.xml", (2020, 3, 16)),
        ("/sitemaps/2020/sitemap-2020-03.xml", (2020, 3, None)),
        ("/sitemaps/2020/posts.xml", (2020, None, None)),
        ("/sitemap-2020-03-2.xml", (2020, 3, None)),
        ("/sitemap.xml?yyyy=2020&mm=03&dd=01", (2020, 3, 1)),
        ("/sitemap.xml?year=2020&month=3", (2020, 3, None)),
        ("/sitemap.xml?yyyy=2020", (2020, None, None)),
        ("/sitemap.xml?date=2020-03-01", (2020, 3, 1)),
    ],
)
def test_a_date_in_a_sitemaps_address_is_the_date_of_its_pages(
    place: str, expected: tuple[int, int | None, int | None]
) -> None:
    assert sitemap_span(f"https://courier.example{place}") == expected


@pytest.mark.parametrize(
    "place",
    [
        "/sitemap.xml",
        "/sitemap-2020.xml",
        "/post-sitemap2020.xml",
        "/sitemap-1203.xml",
        "/sitemap-2020-01_2020-06.xml",
        "/sitemap-before-2020-03.xml",
        "/sitemap.xml?from=2020-03-01&to=2020-03-31",
        "/sitemap.xml?v=2020-03-01",
        "/sitemap-2020123.xml",
        "/sitemap-120200316.xml",
        "/sitemap-2020-13.xml",
        "/2019/sitemap-2020-03.xml",
        "/sitemap.xml?yyyy=1&mm=2",
    ],
)
def test_an_ambiguous_sitemap_address_gives_no_date(place: str) -> None:
    assert sitemap_span(f"https://courier.example{place}") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_an_answer(address: str, written: str) -> None:
    entry_day(ListedPage(address, published=written))
    entry_day(ListedPage(PLAIN, published=f"2024-{written}"))
    sitemap_span(f"https://courier.example/{address}?{written}")
    sitemap_span(address)
