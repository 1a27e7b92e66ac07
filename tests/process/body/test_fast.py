import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ExtractorError
from tasks.process.body import lanes
from tasks.process.body.blocks import Outline
from tasks.process.body.company import COMPANY, Company
from tasks.process.body.confidence import SIGNS
from tasks.process.body.fast import FastText, extract_fast, fast_version
from tasks.process.body.local import LOCAL, local_features
from tasks.process.body.model import weights
from tasks.process.body.page import Page
from tasks.process.body.paragraphs import chosen_blocks, paragraphs
from tasks.process.extract import EXTRACTOR, Body
from tasks.process.parse import parse
from tests.process.pages import SENTENCES, story


def outline(html: str) -> Outline:
    return parse(html).outline


def fast_text(*extra: str) -> FastText:
    return extract_fast(outline(story(*extra)))


def page_of(body: str) -> Page:
    return Page(outline(f"<body>{body}</body>"))


def test_every_paragraph_is_kept_apart_and_in_order() -> None:
    found = fast_text().paragraphs
    assert [line for line in found if line in SENTENCES] == list(SENTENCES)


def test_the_same_page_gives_the_same_text_every_time() -> None:
    assert len({fast_text() for _ in range(6)}) == 1


def test_a_page_without_text_has_no_paragraphs_and_no_confidence() -> None:
    assert extract_fast(outline("")) == FastText()
    assert extract_fast(outline("<html><body><p> </p></body></html>")) == FastText()


def test_features_are_finite_and_named() -> None:
    page = page_of("<h1>Pier</h1><p>one</p><table><tr><td>a</td></tr></table>")
    company = Company(page).features(page.rough)
    assert local_features(page).shape == (len(LOCAL), 3)
    assert company.shape == (len(COMPANY), 3)
    assert np.isfinite(local_features(page)).all()
    assert np.isfinite(company).all()


def test_the_weights_fit_the_features() -> None:
    for nets in weights().stages:
        weight, _ = nets[0]
        assert weight.shape[2] == len(LOCAL) + len(COMPANY)
    assert len(weights().confidence) == len(SIGNS) + 1
    assert fast_version() == weights().version


def test_cells_of_a_row_make_one_paragraph() -> None:
    rows = "<table><tr><th>Pier</th><td>4 m</td></tr><tr><td>Tram</td><td>2 m</td></tr></table>"
    assert paragraphs(page_of(rows + "<p>end</p>"), [0, 1, 2, 3, 4]) == (
        "Pier | 4 m",
        "Tram | 2 m",
        "end",
    )


def test_what_is_said_twice_is_kept_once_and_a_last_heading_not_at_all() -> None:
    page = page_of(f"<p>{SENTENCES[0]}</p><p>{SENTENCES[0]}</p><p>Yes.</p><p>Yes.</p><h2>More</h2>")
    assert chosen_blocks(page, np.ones(5, np.float32), 0.4) == [0, 2, 3]


def body_of(lane: str, html: str) -> Body:
    return lanes.extract(parse(html), None, lane)  # type: ignore[arg-type]


def test_the_setting_chooses_the_lane() -> None:
    assert body_of("careful", story()).extractor == EXTRACTOR
    assert body_of("fast", story()).extractor == "blocks"
    assert body_of("fast", "<p>x</p>").extractor == "blocks"


def test_an_unsure_text_is_read_by_trafilatura_too_and_flagged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "SURE", 1.1)
    body = body_of("cascade", story())
    assert body.extractor == EXTRACTOR
    assert body.flags[0].startswith("unsure_text:")
    assert [line for line in body.paragraphs if line in SENTENCES] == list(SENTENCES)


def test_a_failure_of_trafilatura_leaves_the_fast_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Body:
        raise ExtractorError("too deep")

    monkeypatch.setattr(lanes, "SURE", 1.1)
    monkeypatch.setattr(lanes, "extract_body", fail)
    body = body_of("cascade", story())
    assert body.extractor == "blocks"
    assert "careful_failed" in body.flags
    with pytest.raises(ExtractorError):
        body_of("cascade", "<html></html>")


def test_trafilatura_is_spared_pages_with_very_many_elements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "SURE", 1.1)
    body = body_of("cascade", story("<p>" + "<b>word</b> " * 20_000))
    assert body.extractor == "blocks"
    assert "careful_spared" in body.flags


def test_a_text_that_stands_in_json_ld_alone_is_found() -> None:
    body = " ".join(SENTENCES * 3)
    jsonld = f'<script type="application/ld+json">{{"articleBody": "{body}"}}</script>'
    found = body_of("cascade", f"<html><head>{jsonld}</head><body><p>Update it.</p></body></html>")
    assert found.extractor == EXTRACTOR
    assert SENTENCES[-1] in " ".join(found.paragraphs)
    assert found.flags == ("little_text_found", "extractors_disagree")


def test_pages_laid_out_by_tables_are_read_by_trafilatura_too() -> None:
    cell = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 3)
    html = f"<table><tr><td><table><tr><td>{cell}</td></tr></table></td></tr></table>"
    assert body_of("cascade", html).flags
    assert not body_of("fast", html).flags


def test_disagreement_is_flagged() -> None:
    body = lanes.better(FastText(("one two three",), 0.5), Body(("four five",)), "unsure_text:50")
    assert body.flags == ("unsure_text:50", "extractors_disagree")
    assert lanes.better(FastText(("one",), 0.5), Body(())).extractor == "blocks"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/pdivabrthq12 a=\"'é\n&;x!-[\x00漢. "), max_size=400))
def test_any_markup_gives_a_text_and_a_confidence(html: str) -> None:
    found = extract_fast(outline(html))
    assert 0 <= found.confidence <= 1
