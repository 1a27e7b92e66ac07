"""Explanations of pages, which must agree with the processing of the same pages."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import load_settings
from tasks.explain.model import KEPT_VERDICT, LEFT_OUT, MENU_VERDICT, Explanation
from tasks.explain.page import explain
from tasks.process.body.paragraphs import CELL_BORDER
from tasks.process.clean.artefacts import repair_artefacts
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


def kept(explanation: Explanation) -> set[str]:
    texts = (
        repair_artefacts(block.text)
        for block in explanation.blocks
        if block.verdict == KEPT_VERDICT
    )
    return {cell for text in texts for cell in text.split(CELL_BORDER)}


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_the_explanation_of_a_golden_page_agrees_with_its_processing(name: str) -> None:
    document = golden(name)
    explanation = explain(document, SETTINGS)
    assert explanation.record == process_document(document, SETTINGS)
    if isinstance(explanation.record, Article):
        assert kept(explanation) == pieces(explanation.record.text)
        assert [title.text for title in explanation.titles if title.is_chosen] == [
            explanation.record.title
        ]
        assert explanation.dates == explanation.record.date_candidates


def test_blocks_of_the_careful_lane_have_verdicts_too() -> None:
    name = "text-drops-captions-share-newsletter-cookies"
    careful = SETTINGS.model_copy(update={"extractor": "careful"})
    explanation = explain(golden(name), careful)
    assert isinstance(explanation.record, Article)
    assert explanation.record.extractor == "trafilatura"
    assert kept(explanation) == pieces(explanation.record.text)
    assert LEFT_OUT in {block.verdict for block in explanation.blocks}


def test_blocks_outside_the_outline_are_listed_in_their_place() -> None:
    story = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 3)
    html = f"<nav><a href=/>Sport</a></nav>{story}<footer><p>Imprint</p></footer>"
    explanation = explain(RawDocument("page.html", 0, "html", html.encode()), SETTINGS).blocks
    assert [(block.text, block.verdict) for block in (explanation[0], explanation[-1])] == [
        ("Sport", MENU_VERDICT),
        ("Imprint", MENU_VERDICT),
    ]
    assert explanation[1].text == SENTENCES[0]


def test_a_plain_text_is_explained_by_its_paragraphs() -> None:
    body = b"The pier\n\nThe pier is open again, the council said.\n\nSubscribe to our newsletter\n"
    explanation = explain(RawDocument("a.txt", 0, "text", body * 3), SETTINGS)
    assert explanation.lane == "read as plain text"
    assert any(block.verdict == KEPT_VERDICT for block in explanation.blocks)


@settings(deadline=None)  # the first page loads the weights
@given(st.binary(max_size=400))
def test_any_bytes_are_explained(body: bytes) -> None:
    document = RawDocument("x", 0, "html", b"<p>" + body)
    assert explain(document, SETTINGS).record == process_document(document, SETTINGS)
