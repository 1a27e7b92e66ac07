"""Text from web pages in the artifacts of the Prefect UI."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from flows.running.markdown import Code, cell, table_of

MARKUP = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = (
    "[Sign in again](https://evil.example/login)",
    "![](https://evil.example/pixel.png)",
    "<img src=x onerror=alert(1)>",
    "<https://evil.example/>",
    "&lt;script>",
    "`code` and ``[x](y)``",
    "`[x](https://evil.example/)",
    "| a | b |",
    "~~gone~~ **loud** \\[x](y)",
    "[x]: https://evil.example/",
)


def tokens_of(markdown: str) -> list[Token]:
    return [inner for token in MARKUP.parse(markdown) for inner in (token, *(token.children or ()))]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_web_pages_is_shown_literally(text: str) -> None:
    found = tokens_of("\n".join(table_of(("note",), [(text,)], numbers=set())))
    shown = "".join(token.content for token in found if token.type == "text")
    assert shown == "note" + text.replace("|", "/").strip()


@given(st.text() | st.from_regex(r"[!\\\[\]()<>`*&;#a-z:/.\n]+", fullmatch=True))
def test_no_text_becomes_a_link_an_image_or_html(text: str) -> None:
    for shown in (cell(text), cell(Code(text))):
        kinds = {token.type for token in tokens_of(f"a {shown} b")}
        assert not kinds & {"link_open", "image", "html_inline", "html_block", "fence"}


@pytest.mark.parametrize("address", ["https://evil.example/", "www.evil.example", "a@evil.example"])
def test_a_bare_address_does_not_become_a_link(address: str) -> None:
    assert not {"://", "www.", "@"} & {
        part for part in ("://", "www.", "@") if part in cell(address)
    }
