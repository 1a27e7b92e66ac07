"""Tests of texts in scripts, of stories with many comments, and of XHTML pages."""

import html
import json
from urllib.parse import quote

import pytest

from config.settings import ProcessSettings, load_settings
from tasks.process.document import process_document
from tasks.records import Article, Dropped, RawDocument

LINES = (
    "The council of Ferrymouth met on Monday to talk about the old pier, closed since January.",
    "Nobody spoke against the plan, said the mayor, although it costs more than a year's tolls.",
    "Until work begins in spring the ferry lands at the quay of the fish market.",
)
HTML = "".join(f"<p>{line}</p>" for line in LINES)
OTHER = ["The lamp of the north light is dark.", "It was lit by hand for ninety years, until May."]
HEAD = "<title>Pier stays closed</title>"


@pytest.fixture(scope="module")
def settings() -> ProcessSettings:
    return load_settings().process


def processed(page: str, settings: ProcessSettings, content_type: str = "text/html") -> Article:
    document = RawDocument(
        locator="a",
        position=0,
        media="html",
        body=page.encode(),
        url="https://ferry.example/2025/03/11/pier",
        headers=(("content-type", content_type),),
    )
    found = process_document(document, settings)
    assert not isinstance(found, Dropped), (found.reason, found.detail)
    return found


def in_page(script: str, body: str = '<div id="app"></div>') -> str:
    return f"<html><head>{HEAD}</head><body>{body}{script}</body></html>"


def pieces(line: str) -> list[dict[str, object]]:
    """Return a line in pieces, as an editor cuts it at a link: the link's text lies deeper."""
    link = {"type": "link", "content": [{"type": "text", "text": line[20:30]}]}
    return [{"type": "text", "text": line[:20]}, link, {"type": "text", "text": line[30:]}]


def flight(line: str) -> str:
    """Return a paragraph with a link in React's Flight format."""
    link = ["$", "a", None, {"href": "/", "children": line[20:30]}]
    parts = [line[:20], link, line[30:]]
    return f"5:{json.dumps(['$', 'p', None, {'children': parts}], separators=(',', ':'))}\n"


STATE = {"props": {"story": {"body": [{"kind": "p", "text": line} for line in LINES]}}}
ESCAPED = json.dumps(HTML).replace("<", "\\u003c").replace(">", "\\u003e")
SCRIPTS = {
    "data": f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(STATE)}</script>',
    "assigned": f"<script>window.__STATE__ = {json.dumps(STATE)};</script>",
    "escaped": f'<script>var story = {{"html": {ESCAPED}}}; show(story);</script>',
    "string of JSON": f"<script>x = JSON.parse({json.dumps(json.dumps(STATE))})</script>",
    "pushed": f"<script>self.__next_f.push([1,{json.dumps('7:' + json.dumps(STATE))}])</script>",
    "entities": f"<script>a = {json.dumps({'body': HTML.replace('<', '&lt;')})}</script>",
    "other quotes": "<script>a = {html: '" + ESCAPED[1:-1].replace("'", "\\'") + "'};</script>",
    "escapes of JavaScript": f"<script>a = {ESCAPED.replace('u00', 'x')};</script>",
    "percent-encoded": f'<script>a = "{quote(json.dumps(STATE))}"</script>',
    "editor's tree": "<script>a = "
    + json.dumps({"doc": {"content": [{"type": "p", "content": pieces(line)} for line in LINES]}})
    + "</script>",
    "wire format": "".join(
        f"<script>self.__next_f.push([1,{json.dumps(flight(line))}])</script>" for line in LINES
    ),
    "attribute": f"<div data-page='{html.escape(json.dumps(STATE))}'></div>",
    "template": f'<script type="text/template">{HTML}</script>',
    "noscript": f"<noscript>{HTML}</noscript>",
    "second script": f"<script>a = 1</script><script>b = {json.dumps(STATE)}</script>",
    "beside teasers": "<script>a = "
    + json.dumps({"more": [{"title": "Lamp", "text": text} for text in OTHER], **STATE})
    + "</script>",
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_a_text_in_a_script_is_found(kind: str, settings: ProcessSettings) -> None:
    found = processed(in_page(SCRIPTS[kind]), settings)
    assert found.text.split("\n\n") == list(LINES)
    assert "text_in_script" in found.quality_flags


def test_the_printed_text_is_preferred_to_a_text_in_a_script(settings: ProcessSettings) -> None:
    state = {"body": [{"text": text} for text in OTHER * 9]}
    script = f"<script>a = {json.dumps(state)}</script>"
    found = processed(in_page(script, f"<article><h1>Pier</h1>{HTML}</article>"), settings)
    assert found.text.split("\n\n") == list(LINES)


def test_teasers_in_a_script_do_not_replace_a_short_printed_story(
    settings: ProcessSettings,
) -> None:
    teasers = [{"summary": f"Story {n}: {text}"} for n in range(9) for text in OTHER]
    script = f"<script>a = {json.dumps({'related': teasers})}</script>"
    brief = (
        "The ferry to Ferrymouth will not sail today because of the storm, says the harbour office."
    )
    more = "Tickets stay valid until Sunday, and a bus goes from the quay at nine and at noon."
    found = processed(in_page(script, f"<h1>Ferry</h1><p>{brief}</p><p>{more}</p>"), settings)
    assert found.text.split("\n\n") == [brief, more]


def test_the_text_of_a_page_that_asks_for_javascript_is_taken_from_its_script(
    settings: ProcessSettings,
) -> None:
    asked = "<p>We are sorry, but this page does not work without JavaScript. Please enable it.</p>"
    found = processed(in_page(SCRIPTS["data"], asked), settings)
    assert found.text.split("\n\n") == list(LINES)


def test_the_class_responsive_text_does_not_make_a_story_a_comment(
    settings: ProcessSettings,
) -> None:
    comments = "".join(f"<div><p>{COMMENT.format(n)}</p></div>" for n in range(30))
    story = f'<h1>Pier</h1><div class="responsive-text">{HTML}</div>'
    found = processed(in_page("", f'{story}<div id="comments">{comments}</div>'), settings)
    assert found.text.split("\n\n") == list(LINES)


def test_several_stories_in_one_list_are_not_joined(settings: ProcessSettings) -> None:
    stories = [{"body": HTML}, {"body": "".join(f"<p>{text}</p>" for text in OTHER)}]
    found = processed(in_page(f"<script>a = {json.dumps(stories)}</script>"), settings)
    assert OTHER[0] not in found.text


COMMENT = "I for one do not believe a word of it, reader number {}, and I said so last year, twice."
COMMENTS = {
    "section": '<section id="comments">{}</section>',
    "thread": '<div id="disqus_thread">{}</div>',
    "list": '<ol class="commentlist">{}</ol>',
    "german": '<div class="leserkommentare">{}</div>',
    "component": "<coral-comments>{}</coral-comments>",
    "microdata": '<div itemscope itemtype="https://schema.org/Comment">{}</div>',
}


@pytest.mark.parametrize("kind", COMMENTS)
def test_comments_never_outweigh_a_story(kind: str, settings: ProcessSettings) -> None:
    comments = "".join(f"<div><p>{COMMENT.format(n)}</p></div>" for n in range(30))
    page = f"<article><h1>Pier</h1>{HTML}</article>{COMMENTS[kind].format(comments)}"
    found = processed(in_page("", page), settings)
    assert found.text.split("\n\n") == list(LINES)


def test_a_story_in_an_element_named_comment_is_kept(settings: ProcessSettings) -> None:
    page = f'<nav>Home</nav><div class="comment"><h1>Pier</h1>{HTML}</div>'
    assert processed(in_page("", page), settings).text.split("\n\n") == list(LINES)
    page = f'<h1>Pier</h1><div class="kommentar-text">{HTML}</div>'
    assert processed(in_page("", page), settings).text.split("\n\n") == list(LINES)


XHTML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head>'
    f'{HEAD}<script src="a.js"/><style/></head><body><div class="ad"/><iframe src="b"/>'
    f"<h1>Pier</h1><p/>{HTML}<br/><textarea/></body></html>"
)


def test_a_page_sent_as_xhtml_is_read_as_browsers_read_it(settings: ProcessSettings) -> None:
    found = processed(XHTML, settings, "application/xhtml+xml; charset=utf-8")
    assert found.text.split("\n\n") == list(LINES)


def test_a_saved_page_with_an_xml_declaration_is_read_as_xhtml(settings: ProcessSettings) -> None:
    saved = RawDocument("a", 0, "html", XHTML.encode())
    found = process_document(saved, settings)
    assert isinstance(found, Article)
    assert found.text.split("\n\n") == list(LINES)


def test_a_page_sent_as_html_is_read_as_html_despite_its_xml_declaration(
    settings: ProcessSettings,
) -> None:
    sent = RawDocument("a", 0, "html", XHTML.encode(), headers=(("content-type", "text/html"),))
    assert isinstance(process_document(sent, settings), Dropped)


@pytest.mark.parametrize(
    "heading",
    [
        "<h1>Ferrymouth:</h1><h2>Pier stays closed</h2>",
        "<h1>Ferrymouth:</h1><p>Pier stays closed</p>",
        "<h1><span>Ferrymouth:</span> Pier stays closed</h1>",
    ],
)
def test_a_headline_is_not_cut_after_its_kicker(heading: str, settings: ProcessSettings) -> None:
    page = f"<html><head><title>Ferrymouth:</title></head><body>{heading}{HTML}</body></html>"
    assert processed(page, settings).title == "Ferrymouth: Pier stays closed"


def test_machine_readable_dates_are_not_paragraphs(settings: ProcessSettings) -> None:
    page = f"<article><h1>Pier</h1>{HTML}<p><time>2025-03-11T08:15:00Z</time></p></article>"
    assert processed(in_page("", page), settings).text.split("\n\n") == list(LINES)


@pytest.mark.parametrize(
    "path", ["c/2025-03-11/pier.shtml", "c/pier-closed", "catalog/pier-closed"]
)
def test_a_dated_story_in_a_folder_named_like_a_shops_is_an_article(
    path: str, settings: ProcessSettings
) -> None:
    published = '<meta property="article:published_time" content="2025-03-11T08:15:00Z">'
    page = f"<html><head>{HEAD}{published}</head><body><h1>Pier</h1>{HTML}</body></html>"
    document = RawDocument("a", 0, "html", page.encode(), url=f"https://news.example/{path}")
    assert isinstance(process_document(document, settings), Article)
