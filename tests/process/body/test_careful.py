import contextlib

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ExtractorError
from tasks.process.body.careful import extract_body
from tests.process.pages import SENTENCES, story


def paragraphs_of(*extra: str) -> tuple[str, ...]:
    return extract_body(story(*extra), "https://courier.example/pier").paragraphs


def test_every_paragraph_is_kept_apart_and_in_order() -> None:
    found = paragraphs_of()
    assert [line for line in found if line in SENTENCES] == list(SENTENCES)


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (
            '<p>An <b>un</b>believ<i>able</i> <a href="/x">catch</a>, said <span>Ola</span>.</p>',
            "An unbelievable catch, said Ola.",
        ),
        (
            "<p>Water is H<sub>2</sub>O on the 10<sup>th</sup> day.</p>",
            "Water is H2O on the 10th day.",
        ),
        ("<p>They call it <q>the long</q> pier now.</p>", "They call it “the long” pier now."),
        ("<ul><li>Ferries from <b>May</b></li><li>Trams from June</li></ul>", "Ferries from May"),
        (
            "<table><tr><td>Pier</td><td></td><td>4 m</td></tr><tr><td>a</td></tr></table>",
            "Pier | 4 m",
        ),
    ],
)
def test_inline_elements_neither_glue_nor_split_words(block: str, line: str) -> None:
    assert line in paragraphs_of(block, "<p>The end of the story comes here.</p>")


def test_line_breaks_separate_words() -> None:
    assert "onetwo" not in " ".join(paragraphs_of("<p>one<br>two</p>"))


def test_a_page_without_text_has_no_paragraphs() -> None:
    assert extract_body("", None).paragraphs == ()
    assert extract_body("<html><body></body></html>", None).paragraphs == ()


def test_menus_pictures_scripts_and_styles_are_not_read() -> None:
    menu = "<nav><p>Sport and weather.</p></nav><svg><text>Map</text></svg>"
    script = "<script>var words = 'The script speaks.';</script><style>p {}</style>"
    assert paragraphs_of(menu, script) == paragraphs_of()


def test_the_version_is_that_of_the_extractor() -> None:
    body = extract_body(story(), None)
    assert (body.extractor, body.extractor_version) == ("trafilatura", trafilatura.__version__)


def test_the_same_page_gives_the_same_text_every_time() -> None:
    assert len({paragraphs_of() for _ in range(6)}) == 1


def test_an_exception_of_the_extractor_becomes_an_extractor_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(trafilatura, "bare_extraction", fail)
    with pytest.raises(ExtractorError, match="RecursionError: too deep"):
        extract_body(story(), None)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/pdiv a=\"'é\n&;x!-["), max_size=400))
def test_odd_markup_raises_no_exception_but_extractor_error(html: str) -> None:
    with contextlib.suppress(ExtractorError):
        extract_body(html, None)
