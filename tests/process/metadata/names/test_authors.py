import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.process.metadata.names.people import names_in
from tests.process.metadata.pages import jsonld, metadata_of


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Brook", ["Ada Brook"]),
        ("Von Ada Brook und Jón Falk", ["Ada Brook", "Jón Falk"]),
        ("Ada Brook, Jón Falk and Mia de Vries", ["Ada Brook", "Jón Falk", "Mia de Vries"]),
        ("Brook, Ada", ["Ada Brook"]),
        ("Ada Brook, Senior Reporter", ["Ada Brook"]),
        ("Dr. Ada Brook, PhD", ["Ada Brook"]),
        ("Ada Brook ada@harbour-herald.example", ["Ada Brook"]),
        ("山田太郎、佐藤花子", ["山田太郎", "佐藤花子"]),
        ("记者 林望舒", ["林望舒"]),
        ("本报记者：周远山、陈阿水", ["周远山", "陈阿水"]),
        ("山田太郎記者", ["山田太郎"]),
        ("文／林望舒", ["林望舒"]),
        ("Анна Ленская и Пётр Морев", ["Анна Ленская", "Пётр Морев"]),
        ("De Gaulle Institut", ["Gaulle Institut"]),
        ("Ada Brook; dpa", ["Ada Brook", "dpa"]),
        ("12 June 2024", []),
        ("", []),
    ],
)
def test_a_byline_yields_names_only(byline: str, names: list[str]) -> None:
    assert names_in(byline) == names


@pytest.mark.parametrize(
    "text", ["Read more", "5 min read", "Staff Writer", "Share this", "The Ferry", "ferry"]
)
def test_visible_texts_that_are_not_names_yield_no_authors(text: str) -> None:
    assert names_in(text, shown=True) == []


@given(st.text(max_size=600))
def test_any_string_can_be_read_as_a_byline_without_an_exception(text: str) -> None:
    for name in names_in(text) + names_in(text, shown=True):
        assert name.strip()


def test_a_reference_to_an_author_is_followed() -> None:
    page = """<script type="application/ld+json">{"@graph": [
        {"@type": "NewsArticle", "author": {"@id": "#ada"}},
        {"@type": "Person", "@id": "#ada", "name": "Ada Brook"}]}</script>"""
    assert metadata_of(page).authors == ("Ada Brook",)


def test_the_name_of_the_site_next_to_an_author_is_left_out() -> None:
    page = (
        '<meta property="og:site_name" content="Harbour Herald">'
        '<meta name="author" content="Ada Brook | Harbour Herald">'
    )
    assert metadata_of(page).authors == ("Ada Brook",)


def test_a_person_in_the_byline_replaces_the_site_as_author() -> None:
    page = (
        jsonld(author={"@type": "Organization", "name": "Harbour Herald"})
        + '<meta property="og:site_name" content="Harbour Herald">'
        + "<h1>Ferry returns</h1><p>By <a>Ada Brook</a> and <a>Jón Falk</a></p><p>Text.</p>"
    )
    assert metadata_of(page).authors == ("Ada Brook", "Jón Falk")


def test_the_site_is_the_author_if_nobody_else_is_named() -> None:
    page = (
        '<meta property="og:site_name" content="Harbour Herald">'
        '<meta name="author" content="Harbour Herald"><h1>Ferry returns</h1><p>Text.</p>'
    )
    assert metadata_of(page).authors == ("Harbour Herald",)


def test_the_author_of_a_related_article_is_not_an_author_of_the_page() -> None:
    page = '<h1>Ferry</h1><p>Text.</p><aside><span class="author">Ada Brook</span></aside>'
    assert metadata_of(page).authors == ()


def test_the_address_of_a_profile_is_not_a_name() -> None:
    page = '<meta property="article:author" content="https://social.example/ada">'
    assert metadata_of(page).authors == ()


def test_the_role_below_a_name_is_left_out() -> None:
    page = '<h1>Ferry</h1><div class="byline"><b>Ada Brook</b><i>Gardener</i></div>'
    assert metadata_of(page).authors == ("Ada Brook",)
