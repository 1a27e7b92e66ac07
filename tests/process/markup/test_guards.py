import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ExtractorError
from config.settings import ProcessSettings, load_settings
from tasks.process.body.careful import extract_body
from tasks.process.body.fast import extract_fast
from tasks.process.body.lanes import warm
from tasks.process.clean.paragraphs import clean
from tasks.process.markup.guards import LONG, _long_tags, refuse_page
from tasks.process.markup.parse import parse
from tasks.web.charset import decode
from tests.process.pages import SENTENCES, story

SENTENCE = SENTENCES[0] + " "

REFUSED = {
    "a paragraph of 10 MB": ("too_large", story(f"<p>{SENTENCE * 130_000}</p>")),
    "a table of 200,000 cells": (
        "too_many_tags",
        story("<table>" + ("<tr>" + "<td>x</td>" * 20 + "</tr>") * 10_000 + "</table>"),
    ),
    "300,000 line breaks": ("too_many_tags", story("word<br>" * 300_000)),
    "200,000 attributes": (
        "too_many_attributes",
        story("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</p>"),
    ),
    "a depth of 20,000": ("too_deep", story("<div>" * 20_000 + "x" + "</div>" * 20_000)),
    "a depth of 20,000 behind stray end tags": ("too_deep", story("<div></x>" * 20_000)),
}
SURVIVED = {
    "a paragraph of 4.5 MB": story(f"<p>{SENTENCE * 55_000}</p>"),
    "one word of 4 MB": story(f"<p>{'a' * 4_000_000}</p>"),
    "a depth of 4,900": story("<div>" * 4_900 + SENTENCE * 5 + "</div>" * 4_900),
    "9,000 attributes": story("<p " + " ".join(f"a{n}=1" for n in range(9_000)) + ">x</p>"),
    "1 MB of broken JSON-LD": story(
        head='<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"'
        + "x\\" * 500_000
        + "</script>"
    ),
    "100,000 open brackets in JSON-LD": story(
        head='<script type="application/ld+json">' + '{"@type":[' * 100_000 + "</script>"
    ),
    "49,000 line breaks": story("word<br><br>" * 24_500),
    "24,000 cells": story("<table><tr>" + "<td>x</td>" * 24_000),
    "4,900 menus around 20,000 elements": story(
        "<div class=menu>" * 4_900 + "<i>x</i>" * 20_000 + f"<p>{SENTENCE * 5}</p>"
    ),
    "10,000 footers at a depth of 4,800": story("<div>" * 4_800 + "<footer>x</footer>" * 10_000),
    "20,000 classes": story("".join(f"<p class=c{n}>x</p>" for n in range(20_000))),
    "40,000 less-than signs": "<" * 40_000,
    "10,000 unclosed comments": story("<!--" * 10_000),
    "20,000 unclosed scripts": story("<script>" * 20_000),
    "1 MB of mojibake": story(f"<p>{'Ã¼ber ' * 150_000}</p>"),
    "1 MB of quotation marks in a tag": story("<p a='" + "\"'" * 500_000),
}


@pytest.fixture(scope="module")
def settings() -> ProcessSettings:
    warm()
    return load_settings().process


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_pages_are_refused_before_parsing(name: str, settings: ProcessSettings) -> None:
    reason, page = REFUSED[name]
    refused = refuse_page(page, settings)
    assert refused is not None
    assert refused[0] == reason


@given(
    st.lists(st.sampled_from([1, 100, 8_191, 8_192, 16_379, 16_380, 16_384, 20_000]), max_size=9)
)
def test_long_tags_are_found_wherever_they_begin(lengths: list[int]) -> None:
    page = "".join(f"<p {'a' * length}" for length in lengths)
    assert list(_long_tags(page)) == re.findall(rf"<[a-z]+[\s/][^<]{{{LONG},}}", page)


@pytest.mark.timeout(60)  # minutes without the guards; process.page_seconds is 20
@pytest.mark.parametrize("name", SURVIVED)
def test_hostile_pages_that_pass_are_processed_in_time(
    name: str, settings: ProcessSettings
) -> None:
    html = decode(SURVIVED[name].encode(), None).text
    assert refuse_page(html, settings) is None
    extract_fast(parse(html).outline)
    with contextlib.suppress(ExtractorError):
        clean(extract_body(html, None).paragraphs, "Nordholm rebuilds its pier")


@pytest.mark.parametrize(
    "block",
    ["<p>one<br>two" * 5_000, "<li>one" * 5_000, "<img src=x>" * 5_000, "<TD>x" * 5_000],
)
def test_void_and_unclosed_elements_add_no_depth(block: str, settings: ProcessSettings) -> None:
    assert refuse_page(story(block), settings) is None


def test_tags_within_scripts_add_no_depth(settings: ProcessSettings) -> None:
    script = "<script>" + "document.write('<div>');" * 5_000 + "</script>"
    assert refuse_page(story(script), settings) is None


def test_long_attribute_values_do_not_count_as_many_attributes(settings: ProcessSettings) -> None:
    image = f'<img src="data:image/png;base64,{"A b " * 20_000}" alt="x">'
    assert refuse_page(story(image), settings) is None
