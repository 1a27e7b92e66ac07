"""What is told of a page is what happens to it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import load_settings
from tasks.explain.model import BESIDE, KEPT, LEFT_OUT, Explanation
from tasks.explain.page import explain
from tasks.process.artefacts import repair
from tasks.process.body.paragraphs import CELL_BORDER
from tasks.process.document import process_document
from tasks.records import Article, RawDocument
from tests.process.pages import SENTENCES

GOLDEN = Path(__file__).parents[1] / "golden"
SETTINGS = load_settings().process


def golden(name: str) -> RawDocument:
    expected = json.loads((GOLDEN / name / "expected.json").read_text("utf-8"))
    body = (GOLDEN / name / "page.html").read_bytes()
    return RawDocument(
        locator="page.html", position=0, media="html", body=body, url=expected.get("url")
    )


def pieces(text: str) -> set[str]:
    return {cell for line in text.split("\n\n") for cell in line.split(CELL_BORDER)}


def kept(told: Explanation) -> set[str]:
    texts = (repair(block.text) for block in told.blocks if block.verdict == KEPT)
    return {cell for text in texts for cell in text.split(CELL_BORDER)}


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_the_explanation_of_a_golden_page_is_what_processing_does(name: str) -> None:
    document = golden(name)
    told = explain(document, SETTINGS)
    assert told.record == process_document(document, SETTINGS)
    if isinstance(told.record, Article):
        assert kept(told) == pieces(told.record.text)
        assert [title.text for title in told.titles if title.is_chosen] == [told.record.title]
        assert told.dates == told.record.date_candidates


def test_the_careful_lane_s_blocks_are_told_apart_too() -> None:
    name = "text-drops-captions-share-newsletter-cookies"
    careful = SETTINGS.model_copy(update={"extractor": "careful"})
    told = explain(golden(name), careful)
    assert isinstance(told.record, Article)
    assert told.record.extractor == "trafilatura"
    assert kept(told) == pieces(told.record.text)
    assert LEFT_OUT in {block.verdict for block in told.blocks}


def test_what_the_outline_leaves_out_is_told_at_its_place() -> None:
    story = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 3)
    html = f"<nav><a href=/>Sport</a></nav>{story}<footer><p>Imprint</p></footer>"
    told = explain(RawDocument("page.html", 0, "html", html.encode()), SETTINGS).blocks
    assert [(block.text, block.verdict) for block in (told[0], told[-1])] == [
        ("Sport", BESIDE),
        ("Imprint", BESIDE),
    ]
    assert told[1].text == SENTENCES[0]


def test_a_plain_text_is_told_by_its_paragraphs() -> None:
    body = b"The pier\n\nThe pier is open again, the council said.\n\nSubscribe to our newsletter\n"
    told = explain(RawDocument("a.txt", 0, "text", body * 3), SETTINGS)
    assert told.lane == "read as plain text"
    assert any(block.verdict == KEPT for block in told.blocks)


@settings(deadline=None)  # the first page loads the weights
@given(st.binary(max_size=400))
def test_any_bytes_are_explained(body: bytes) -> None:
    document = RawDocument("x", 0, "html", b"<p>" + body)
    assert explain(document, SETTINGS).record == process_document(document, SETTINGS)
