"""Links and images of an article: those of its text, and none of the boxes around it."""

from dataclasses import replace

import pytest

from config.settings import load_settings
from tasks.boilerplate.remove import Learned, line_set, remove_learned_lines
from tasks.process.document import process_document
from tasks.process.story.images import split_caption
from tasks.records import Article, Image, Link, RawDocument

SETTINGS = load_settings().process
URL = "https://www.courier.example/2025/03/11/basin"
PARAGRAPHS = (
    "The basin opens on Monday, said the harbour master after a long meeting on the quay.",
    "Boats had waited outside for nine days, and their crews with them, short of bread and tea.",
    "Its old gate is to be sold for scrap, and nobody on the island will miss it at all, she said.",
    "A brass band from the north shore plays at noon, if the wind lets the players stand upright.",
    "The harbour office keeps a list of boats, and the last of them leaves the roads on Friday.",
)
PAGE = """<!doctype html><html><head><title>Basin opens</title>{head}</head><body>
<header><a href="/"><img src="/logo.png" alt="Courier"></a></header>
<nav><ul><li><a href="/news/">News</a></li><li><a href="/sport/">Sport</a></li></ul></nav>
<main><article class="story"><h1>Basin opens</h1>{lead}
<div class="story-body">{body}</div></article>
<aside class="related-stories"><h2>More stories</h2>
<div class="teaser"><a href="/2025/03/10/ferry"><img src="/ferry.jpg"><h3>Last ferry</h3>
<p>The last ferry ties up at the north quay after forty years of service to the islands.</p></a>
</div></aside></main>
<footer><p><a href="/imprint">Imprint</a></p></footer></body></html>"""


def processed(
    body: list[str] | None = None, *, lead: str = "", head: str = "", url: str = URL
) -> Article:
    """Return the article of a page with these paragraphs, in markup."""
    marked = "".join(f"<p>{line}</p>" for line in body or PARAGRAPHS)
    page = PAGE.format(body=marked, lead=lead, head=head)
    document = RawDocument("page.html", 0, "html", page.encode(), url=url)
    record = process_document(document, SETTINGS)
    assert isinstance(record, Article), record
    return record


def with_first(first: str) -> list[str]:
    return [first, *PARAGRAPHS[1:]]


def linked(words: str, href: str) -> str:
    return PARAGRAPHS[0].replace(words, f'<a href="{href}">{words}</a>')


def test_only_the_links_of_the_text_are_links() -> None:
    body = [*PARAGRAPHS]
    body[1] = body[1].replace("nine days", '<a href="/2025/03/02/wait?utm_source=x">nine days</a>')
    body[3] = body[3].replace("noon", '<b><a href="http://Clock.example:80/noon#now">no</a>on</b>')
    assert processed(body).links == (
        Link(
            "nine days",
            "https://www.courier.example/2025/03/02/wait?utm_source=x",
            "//www.courier.example/2025/03/02/wait",
            same_site=True,
            paragraph=2,
        ),
        Link("no", "http://Clock.example:80/noon#now", "//clock.example/noon", False, 4),
    )


@pytest.mark.parametrize(
    "href", ["#top", "mailto:desk@courier.example", "javascript:void(0)", "tel:1", "", URL + "#a"]
)
def test_what_leads_to_no_other_page_is_no_link(href: str) -> None:
    assert processed(with_first(linked("basin", href))).links == ()


def test_the_base_of_a_page_counts() -> None:
    record = processed(
        with_first(linked("basin", "b/c")), head='<base href="https://m.example/a/">'
    )
    [link] = record.links
    assert (link.url, link.same_site) == ("https://m.example/a/b/c", False)


def test_a_link_within_a_repaired_paragraph_is_found() -> None:
    first = linked("basin", "/gate").replace("opens", "opens&amp;nbsp;")
    record = processed(with_first(first))
    assert [(link.text, link.paragraph) for link in record.links] == [("basin", 1)]


def test_links_of_removed_lines_go_and_those_behind_them_get_their_new_paragraph() -> None:
    line = "Sign up for our daily letter from the quay."
    lede = PARAGRAPHS[0] + " No line up to the first long paragraph is ever removed."
    body = [lede, *PARAGRAPHS[1:]]
    body[1:1] = [line.replace("letter", '<a href="/letter">letter</a>')]
    body[2] = body[2].replace("nine days", '<a href="/wait">nine days</a>')
    article = replace(processed(body), domain="courier.example")
    assert line in article.text
    learned = Learned({"courier.example": line_set([line])})
    kept = remove_learned_lines(article, learned, 5)
    assert [(one.text, one.paragraph) for one in article.links] == [("letter", 2), ("nine days", 3)]
    assert [(one.text, one.paragraph) for one in kept.links] == [("nine days", 2)]
    assert kept.text.split("\n\n")[1].startswith("Boats had waited")


FIGURE = (
    '<figure><img src="/p/{name}.jpg" alt="A gate" width="1200" height="675">'
    "<figcaption>{caption}</figcaption></figure>"
)
CLOSED = "https://www.courier.example/p/closed.jpg"


def test_an_image_has_its_caption_and_credit() -> None:
    lead = FIGURE.format(name="closed", caption="The old gate. Photo: Ida Marsh")
    inner = FIGURE.format(
        name="open", caption='The new one. <span class="credit">© TPA / Ivo Tarrant</span>'
    )
    record = processed(
        [*PARAGRAPHS[:2], PARAGRAPHS[2] + "</p>" + inner + "<p>", *PARAGRAPHS[3:]], lead=lead
    )
    assert record.images == (
        Image(CLOSED, "A gate", "The old gate.", "Ida Marsh"),
        Image(CLOSED.replace("closed", "open"), "A gate", "The new one.", "TPA / Ivo Tarrant"),
    )


@pytest.mark.parametrize(
    "markup",
    [
        '<figure><img src="/icon.png" width="24" height="24"></figure>',
        '<figure><img src="/drawing.svg"></figure>',
        '<figure><img src="data:image/png;base64,AAAA"></figure>',
        '<div class="author-box"><figure><img src="/ida.jpg"></figure></div>',
        '<div class="teaser"><figure><img src="/other.jpg"></figure><h3>Other</h3></div>',
        '<div class="ad-slot"><img src="/buy.jpg"></div>',
    ],
)
def test_icons_drawings_and_images_of_other_boxes_are_none(markup: str) -> None:
    assert processed(lead=markup).images == ()


def test_an_image_that_loads_late_has_its_real_address() -> None:
    figure = '<figure><img src="/blank.gif" data-src="/p/closed.jpg"></figure>'
    assert [image.url for image in processed(lead=figure).images] == [CLOSED]
    figure = '<figure><img srcset="/p/small.jpg 300w, /p/closed.jpg 1200w"></figure>'
    assert [image.url for image in processed(lead=figure).images] == [CLOSED]


@pytest.mark.parametrize(
    ("caption", "marked", "expected"),
    [
        ("The gate. Photo: Ida Marsh", "", ("The gate.", "Ida Marsh")),
        ("Das Tor (Foto: dpa/Marsh)", "", ("Das Tor", "dpa/Marsh")),
        ("La porte. © Ida Marsh / TPA", "", ("La porte.", "Ida Marsh / TPA")),
        ("Crédit photo : Ida Marsh", "", ("", "Ida Marsh")),
        ("La porte, mardi. Photo B. Orsel", "", ("La porte, mardi.", "B. Orsel")),
        ("The gate. Ida Marsh", "Ida Marsh", ("The gate.", "Ida Marsh")),
        ("The gate in a photo of 1910.", "", ("The gate in a photo of 1910.", "")),
    ],
)
def test_a_credit_is_split_from_its_caption(
    caption: str, marked: str, expected: tuple[str, str]
) -> None:
    assert split_caption(caption, marked) == expected


def test_a_page_whose_related_links_changed_has_the_same_text_and_links() -> None:
    before = processed(with_first(linked("basin", "/gate")))
    page = PAGE.replace("/2025/03/10/ferry", "/2025/03/12/storm").replace(
        "Last ferry", "First storm"
    )
    body = "".join(f"<p>{line}</p>" for line in with_first(linked("basin", "/gate")))
    document = RawDocument(
        "p.html", 0, "html", page.format(body=body, lead="", head="").encode(), url=URL
    )
    after = process_document(document, SETTINGS)
    assert isinstance(after, Article)
    assert (after.content_hash, after.links) == (before.content_hash, before.links)
    assert after.payload_digest != before.payload_digest
