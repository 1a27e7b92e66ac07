"""Tests of inputs that made processing fail once: the fuzzer (tests.fuzz) found most of them."""

import pytest

from config.settings import load_settings
from tasks.process.document import process_document
from tasks.process.page_type.signs import SOFT_404_TITLE
from tasks.process.plaintext import read_plain_text
from tasks.records import Article, RawDocument
from tasks.web.address_signs import PageAddress
from tests.growth import is_linear
from tests.pipeline.archives import page


@pytest.mark.parametrize("url", ["http://[::1", "https://[x]/a", "https://a\u2100.example/"])
def test_a_page_with_an_invalid_address_is_loaded_all_the_same(url: str) -> None:
    document = RawDocument("a", 0, "html", page(1).encode(), url=url)
    record = process_document(document, load_settings().process)
    assert isinstance(record, Article)
    assert record.url == url
    assert record.url_key is None
    assert PageAddress.of(url) is None


def test_a_title_of_many_errors_is_judged_in_linear_time() -> None:
    assert is_linear(lambda size: SOFT_404_TITLE.fullmatch("error " * (size // 6) + "x"), 60)


@pytest.mark.parametrize("title", ["Error 404", "errore: 404", "Oops! Sorry, page not found"])
def test_titles_of_error_pages_are_recognised(title: str) -> None:
    assert SOFT_404_TITLE.fullmatch(title.lower())


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ('title: "The pier"', "The pier"),
        ("title: 'The pier' ", "The pier"),
        ("title:The pier", "The pier"),
        ("title:\ndate: 2024-03-01", None),
    ],
)
def test_the_title_in_front_matter_stands_on_the_line_of_its_key(
    front: str, title: str | None
) -> None:
    plain = read_plain_text(f"---\n{front}\n---\nThe basin opened today, and it was full.\n")
    assert plain.title == title
