import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tasks.process.body.blocks import PageOutline, read_outline
from tasks.process.body.hints import HINT_NAMES, HINTS, hints_in, hints_of


def outline_of(body: str) -> PageOutline:
    return read_outline(LexborHTMLParser(f"<html><body>{body}</body></html>"))


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<p>one</p><p>two</p>", ["one", "two"]),
        (
            '<p>An <b>un</b>believ<i>able</i> <a href="/x">catch</a>, said <span>Ola</span>.</p>',
            ["An unbelievable catch, said Ola."],
        ),
        ("<p>H<sub>2</sub>O on the 10<sup>th</sup></p>", ["H2O on the 10th"]),
        ("<p>They call it <q>the long</q> pier.</p>", ["They call it “the long” pier."]),
        ("<div>one<br>two<br><br>three</div>", ["one two", "three"]),
        ("<div>one<br> \n <br/>two</div>", ["one", "two"]),
        ("<div>one<div>two</div>three</div>", ["one", "two", "three"]),
        ("<a href=x><div>one</div><p>two</p></a>", ["one", "two"]),
        ("<p>one<script>x()</script> two<style>p{}</style></p>", ["one two"]),
        ("<ul><li>one<ul><li>two</li></ul></li></ul>", ["one", "two"]),
        ("<p>   </p><p>\u00a0</p>", []),
        ("<my-part>one</my-part><my-part>two</my-part>", ["one", "two"]),
        ("<button>Share</button><p>one</p>", ["one"]),
    ],
)
def test_boxes_separate_blocks_and_inline_elements_do_not(markup: str, texts: list[str]) -> None:
    assert outline_of(markup).texts == texts


STORY = f"<p>{'The pier of Nordholm is open again. ' * 20}</p>"


@pytest.mark.parametrize(
    ("markup", "is_read"),
    [
        ("<nav><p>beside</p></nav>", False),
        ("<footer><p>beside</p></footer>", False),
        ('<div class="main-menu"><a href=/x>beside</a></div>', False),
        ('<div id="cookie-bar"><span>beside</span></div>', False),
        ("<article><footer>beside</footer></article>", True),
        ('<div class="post-footer">beside</div>', True),
        ('<div class="has-menu"><p>beside</p></div>', True),
        ('<div class="has-menu"><h1>beside</h1></div>', True),
        ('<div class="has-menu">beside<br></div>', True),
    ],
)
def test_menus_and_footers_are_left_out_unless_they_belong_to_an_article(
    markup: str, is_read: bool
) -> None:
    outline = outline_of(STORY + markup)
    assert outline.texts[1:] == ["beside"] * is_read


def test_a_page_that_consists_of_menus_is_read_with_them() -> None:
    outline = outline_of("<nav><p>Nordholm</p></nav><footer>Imprint</footer>")
    assert outline.texts == ["Nordholm", "Imprint"]
    assert outline.tags == ["body", "nav", "p", "footer"]


def test_links_in_a_button_are_elements_although_its_text_is_left_out() -> None:
    outline = outline_of("<button><a href=/tag/pier>pier</a></button><p>one</p>")
    assert outline.tags == ["body", "button", "a", "p"]
    assert [node.tag for node in outline.elements] == outline.tags


def test_characters_within_links_and_emphasis_are_counted() -> None:
    (block,) = outline_of('<p><a href="/x">four</a> and <strong>seven77</strong></p>').blocks
    assert block[1:] == (4, 7, 1, 0)


def test_each_box_knows_the_blocks_within_it() -> None:
    outline = outline_of("<div><p>one</p><p>two</p></div><p>three</p>")
    held = [(box[6], end[0]) for box, end in zip(outline.boxes, outline.ends, strict=True)]
    assert held == [(0, 3), (0, 2), (0, 1), (1, 2), (2, 3)]


def test_boxes_that_a_template_repeats_have_the_same_numbers() -> None:
    outline = outline_of('<div class="a"><p>1</p></div><div class="a"><p>2</p></div><div>3</div>')
    _, first, _, second, _, third = outline.boxes
    assert first[3:5] == second[3:5]
    assert first[3] == third[3]
    assert first[4] != third[4]


def test_class_names_are_recognised_in_every_spelling() -> None:
    wanted = 1 << HINTS.index("name_newsletter")
    for name in ("newsletter-box", "NewsletterSignup", "c_newsletter", "promoNewsletter"):
        assert hints_in(name) & wanted, name
    assert not hints_in("story-text") & wanted


WORDS = st.sampled_from(
    "read more next you may zum thema most viewed top stories table of sign up log in sr only"
    " screen reader d id none article body story content text copy rich block sub title ad"
    " ads card cards bio tag tags upload spread byline-x par p nav menu AD 7 é".split()
    + re.findall("[a-z]+", " ".join(HINT_NAMES.values()))
)


@given(
    st.lists(st.tuples(WORDS, st.sampled_from(["-", "_", "--", "__", " ", "", "X"])), max_size=6)
)
def test_matching_word_by_word_finds_the_same_hints_as_matching_whole_names(
    parts: list[tuple[str, str]],
) -> None:
    names = "".join(word + border for word, border in parts)
    whole = re.sub("(?<=[a-z])(?=[A-Z])", "-", names).lower().replace("_", "-")
    found = {name for name, pattern in HINT_NAMES.items() if re.search(pattern, whole)}
    assert {
        name for name in HINT_NAMES if hints_in(names) >> HINTS.index(f"name_{name}") & 1
    } == found


def test_hidden_elements_are_marked() -> None:
    hidden = 1 << HINTS.index("name_hidden")
    for attributes in ({"hidden": ""}, {"aria-hidden": "true"}, {"style": "display: none"}):
        assert hints_of("div", dict(attributes)) & hidden
    assert not hints_of("div", {"aria-hidden": "false", "style": "color: red"}) & hidden


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/pdivabrtq a=\"'é\n&;x!-[\x00\ud800"), max_size=300))
def test_any_markup_has_an_outline_that_adds_up(html: str) -> None:
    outline = read_outline(LexborHTMLParser(html.encode("utf-8", "replace").decode()))
    assert len(outline.texts) == len(outline.blocks)
    assert all(text and text == " ".join(text.split()) for text in outline.texts)
    for box, end in zip(outline.boxes, outline.ends, strict=True):
        assert 0 <= box[6] <= end[0] <= len(outline.texts)
