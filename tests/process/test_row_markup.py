"""HTML in a text column is undone, and a text that speaks of HTML is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import load_settings
from tasks.process.document import process_document
from tasks.process.row_markup import without_markup
from tasks.records import Article, Declared, RawDocument
from tests.growth import is_linear


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in without_markup(text).split("\n\n") if part.strip()]


@pytest.mark.parametrize(
    "text",
    [
        "<p>One.</p><p>Two.</p>",
        "<P class='a>b'>One.<P>Two.",
        "One.<br><br/>Two.",
        '<div><!-- no > comment --><span style="x">One.</span></div>\n<div>Two.</div>',
        "<p>One.</p><script>if (a < b) {}</script><style>p{}</style><p>Two.</p>",
        "<figure><img src=x><figcaption>A weir</figcaption></figure><p>One.</p>Two.",
        "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;",
        "&amp;lt;p&amp;gt;One.&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;Two.&amp;lt;/p&amp;gt;",
        r"One.\n\nTwo.",
        r"<p>One.</p>\n<p>Two.</p>\n",
        "<ul><li>One.</li><li>Two.<o:p></o:p></li></ul>",
        "<table><tr><td>One.</td></tr><tr><td>Two.</td></tr></table>",
        "<amp-img src='x'></amp-img><h2>One.</h2><blockquote>Two.</blockquote>",
    ],
)
def test_markup_of_every_kind_is_undone(text: str) -> None:
    assert paragraphs(text) == ["One.", "Two."]


def test_words_within_a_paragraph_stay_together() -> None:
    text = "<p>A <b>bold</b>\n<a href='x'>link</a> &amp; more</p>"

    assert paragraphs(text) == ["A bold link & more"]


@pytest.mark.parametrize(
    "text",
    [
        "The first tag of each page was <html> in those days.",
        "If a < b and c > d, then a <p, said the teacher.",
        r"The file lies in C:\new\names and in share\news.",
        "AT&T and R&D",
    ],
)
def test_a_text_that_only_speaks_of_markup_is_left_alone(text: str) -> None:
    assert without_markup(text) == text


def test_a_script_that_is_never_closed_costs_no_text() -> None:
    assert paragraphs("<p>One.</p><script>Two.") == ["One.", "Two."]


@pytest.mark.parametrize("part", ["<script>", "<!--", "<p title='", "<a ", "</", "&lt;p"])
def test_the_time_is_linear(part: str) -> None:
    assert is_linear(lambda count: without_markup("</p>" + part * count), 2_000)


@given(st.text(alphabet="<>/pbr!-&;lt\\n\"' a", max_size=60))
def test_any_text_raises_nothing(text: str) -> None:
    without_markup(text)


def test_a_row_that_says_it_was_cut_is_truncated() -> None:
    text = "The council of Pennow voted late on Tuesday to close the ferry… [+2345 chars]"
    declared = Declared(title="A title")
    row = RawDocument("a", 0, "text", text.encode(), charset="utf-8", declared=declared)

    article = process_document(row, load_settings().process)

    assert isinstance(article, Article)
    assert article.access_state == "truncated"
    assert "truncated" in article.quality_flags
    assert article.text.endswith("close the ferry…")
