import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ExtractorError
from tasks.process.body import lanes
from tasks.process.body.block_features import LOCAL_FEATURES, local_features
from tasks.process.body.blocks import PageOutline
from tasks.process.body.careful import EXTRACTOR, Body
from tasks.process.body.confidence import CONFIDENCE_FEATURES
from tasks.process.body.context_features import CONTEXT_FEATURES, ContextFeatures
from tasks.process.body.fast import FastText, extract_fast
from tasks.process.body.model import load_weights
from tasks.process.body.page_arrays import Page
from tasks.process.body.paragraphs import block_paragraphs, choose_blocks
from tasks.process.body.versions import weights_version
from tasks.process.markup.parse import parse
from tests.process.pages import SENTENCES, story


def outline(html: str) -> PageOutline:
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
    context = ContextFeatures(page).compute(page.rough_scores)
    assert local_features(page).shape == (len(LOCAL_FEATURES), 3)
    assert context.shape == (len(CONTEXT_FEATURES), 3)
    assert np.isfinite(local_features(page)).all()
    assert np.isfinite(context).all()


def test_the_weights_fit_the_features() -> None:
    learned = load_weights()
    for nets in learned.stages:
        weight, _ = nets[0]
        assert weight.shape[2] == len(LOCAL_FEATURES) + len(CONTEXT_FEATURES)
    assert len(learned.confidence) == len(CONFIDENCE_FEATURES) + 1
    assert weights_version() == learned.version


def test_cells_of_a_row_make_one_paragraph() -> None:
    rows = "<table><tr><th>Pier</th><td>4 m</td></tr><tr><td>Tram</td><td>2 m</td></tr></table>"
    assert block_paragraphs(page_of(rows + "<p>end</p>"), [0, 1, 2, 3, 4]) == (
        "Pier | 4 m",
        "Tram | 2 m",
        "end",
    )


def test_a_long_line_printed_twice_is_kept_once_and_a_heading_at_the_end_is_dropped() -> None:
    page = page_of(f"<p>{SENTENCES[0]}</p><p>{SENTENCES[0]}</p><p>Yes.</p><p>Yes.</p><h2>More</h2>")
    assert choose_blocks(page, np.ones(5, np.float32), 0.4) == [0, 2, 3]


def body_of(lane: str, html: str) -> Body:
    return lanes.extract(parse(html), None, lane)  # type: ignore[arg-type]


def test_the_setting_chooses_the_lane() -> None:
    assert body_of("careful", story()).extractor == EXTRACTOR
    assert body_of("fast", story()).extractor == "blocks"
    assert body_of("fast", "<p>x</p>").extractor == "blocks"


def test_a_page_on_which_the_fast_lane_is_unsure_is_read_by_trafilatura_and_flagged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "SURE", 1.1)
    body = body_of("cascade", story())
    assert body.extractor == EXTRACTOR
    assert body.flags[0].startswith("unsure_text:")
    assert [line for line in body.paragraphs if line in SENTENCES] == list(SENTENCES)


def test_the_fast_text_is_kept_if_trafilatura_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Body:
        raise ExtractorError("too deep")

    monkeypatch.setattr(lanes, "SURE", 1.1)
    monkeypatch.setattr(lanes, "extract_body", fail)
    body = body_of("cascade", story())
    assert body.extractor == "blocks"
    assert "careful_failed" in body.flags
    with pytest.raises(ExtractorError):
        body_of("cascade", "<html></html>")


def test_trafilatura_is_not_asked_about_pages_with_very_many_elements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "SURE", 1.1)
    body = body_of("cascade", story("<p>" + "<b>word</b> " * 20_000))
    assert body.extractor == "blocks"
    assert "careful_spared" in body.flags


def test_a_text_that_only_json_ld_holds_is_found() -> None:
    body = " ".join(SENTENCES * 3)
    jsonld = f'<script type="application/ld+json">{{"articleBody": "{body}"}}</script>'
    found = body_of("cascade", f"<html><head>{jsonld}</head><body><p>Update it.</p></body></html>")
    assert found.extractor == EXTRACTOR
    assert SENTENCES[-1] in " ".join(found.paragraphs)
    assert found.flags == ("little_text_found", "extractors_disagree")


def test_pages_laid_out_by_nested_tables_are_read_by_trafilatura_too() -> None:
    cell = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 3)
    html = f"<table><tr><td><table><tr><td>{cell}</td></tr></table></td></tr></table>"
    assert body_of("cascade", html).flags
    assert not body_of("fast", html).flags


def test_two_texts_without_common_words_raise_a_flag() -> None:
    body = lanes.better_text(
        FastText(("one two three",), 0.5), Body(("four five",)), "unsure_text:50"
    )
    assert body.flags == ("unsure_text:50", "extractors_disagree")
    assert lanes.better_text(FastText(("one",), 0.5), Body(())).extractor == "blocks"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/pdivabrthq12 a=\"'é\n&;x!-[\x00漢. "), max_size=400))
def test_any_markup_gives_a_text_and_a_confidence(html: str) -> None:
    found = extract_fast(outline(html))
    assert 0 <= found.confidence <= 1
