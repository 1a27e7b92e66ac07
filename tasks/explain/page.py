"""Explains one document by the very functions that process it."""

from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter

from config.settings import ProcessSettings
from tasks.explain.model import (
    BESIDE,
    KEPT,
    LEARNED,
    LEFT_OUT,
    REPEATED,
    UNLIKELY,
    Block,
    Candidate,
    Explanation,
)
from tasks.process.artefacts import repair
from tasks.process.body.blocks import Outline, whole_outline
from tasks.process.body.fast import FAST, LEAST_CHANCE, extract_fast
from tasks.process.body.hints import HINTS
from tasks.process.body.lanes import SURE
from tasks.process.body.model import probabilities, weights
from tasks.process.body.page import Floats, Page
from tasks.process.body.paragraphs import CELL_BORDER, chosen_blocks
from tasks.process.body.tags import KINDS
from tasks.process.clean import boilerplate_kind
from tasks.process.document import Draft, context_of, examine
from tasks.process.fingerprint import word_count
from tasks.process.learned import NOTHING, Learned, without_learned
from tasks.process.metadata.page import gather
from tasks.process.metadata.titles import title_candidates
from tasks.process.page_features import page_features
from tasks.process.page_model import load_model
from tasks.records import Article, Dropped, RawDocument

MOST_HINTS = 4
# What cleaning knows by its place on the page only.
BY_PLACE = "title, byline, contents, teaser or wall"
# A shorter text may stand within another one by chance.
LEAST_PART = 30


def explain(
    document: RawDocument, settings: ProcessSettings, learned: Learned = NOTHING
) -> Explanation:
    """What becomes of a document, and why."""
    found = examine(document, settings)
    draft, record = found.draft, found.record
    if isinstance(record, Article):
        record = without_learned(record, learned, settings.min_words)
    if draft is None:
        return Explanation(record, document.url)
    flags = record.quality_flags if isinstance(record, Article) else draft.metadata.flags
    return Explanation(
        record=record,
        url=document.url or draft.metadata.url_canonical,
        lane=_lane(draft),
        page_type=found.verdict.page_type if found.verdict else None,
        flags=flags,
        titles=tuple(_titles(document, draft, settings)),
        authors=draft.metadata.authors,
        dates=draft.metadata.date_candidates,
        likelihoods=tuple(_likelihoods(draft, document.url)),
        blocks=tuple(_judged(draft, record)),
    )


def _lane(draft: Draft) -> str:
    if draft.page is None:
        return "read as plain text"
    sure = extract_fast(draft.page.outline).confidence
    fast = f"the fast lane expects an F1 of {sure:.2f} ({SURE} is sure enough)"
    reasons = ", ".join(draft.body.flags)
    return f"read by {draft.body.extractor}: {fast}{'; ' if reasons else ''}{reasons}"


def _likelihoods(draft: Draft, url: str | None) -> list[tuple[str, float]]:
    if draft.page is None:
        return []
    features = page_features(draft.page, draft.metadata, url)
    found = load_model().likelihoods(features)
    return sorted(found.items(), key=lambda item: -item[1])


def _titles(document: RawDocument, draft: Draft, settings: ProcessSettings) -> Iterator[Candidate]:
    chosen = draft.metadata.title
    if draft.page is None:
        if chosen:
            yield Candidate("text", chosen, True)
        return
    is_open = True
    for place, text in title_candidates(gather(draft.page, context_of(document), settings)):
        is_chosen = is_open and text == chosen
        is_open = is_open and not is_chosen
        yield Candidate(place, text, is_chosen)
    if is_open and chosen:
        yield Candidate("elsewhere", chosen, True)


def _judged(draft: Draft, record: Article | Dropped) -> Iterator[Block]:
    removed = set(record.learned_lines if isinstance(record, Article) else ())
    for block in _blocks(draft) if draft.page is not None else _lines(draft):
        is_removed = block.verdict == KEPT and repair(block.text) in removed
        yield replace(block, verdict=LEARNED) if is_removed else block


def _blocks(draft: Draft) -> Iterator[Block]:
    """Those of the outline, and between them those of what the outline leaves out."""
    assert draft.page is not None
    outline = draft.page.outline
    placed = [((number, 1), block) for number, block in enumerate(_own(draft, outline))]
    for place, element in outline.left_out:
        placed += [((place, 0), block) for block in _beside(draft, whole_outline(element))]
    yield from (block for _, block in sorted(placed, key=itemgetter(0)))


def _beside(draft: Draft, outline: Outline) -> Iterator[Block]:
    if not outline.texts:
        return
    page = Page(outline)
    taken = _pieces(draft.cleaned.paragraphs if draft.body.extractor != FAST else ())
    for number, text in enumerate(page.texts):
        verdict = KEPT if _is_part(repair(text), taken) else BESIDE
        yield _block(page, number, verdict, None)


def _own(draft: Draft, outline: Outline) -> Iterator[Block]:
    if not outline.texts:
        return
    page = Page(outline)
    chances = probabilities(page, weights())
    extracted = _extracted(draft, page, set(chosen_blocks(page, chances, LEAST_CHANCE)), chances)
    clean = _pieces(draft.cleaned.paragraphs)
    for number, text in enumerate(page.texts):
        verdict = extracted[number]
        if verdict == KEPT and not _is_part(repair(text), clean):
            verdict = f"cleaned: {boilerplate_kind(text) or BY_PLACE}"
        yield _block(page, number, verdict, float(chances[number]))


def _block(page: Page, number: int, verdict: str, chance: float | None) -> Block:
    return Block(
        text=page.texts[number],
        verdict=verdict,
        chance=chance,
        words=round(float(page.words[number])),
        link_share=float(page.link_share[number]),
        element=KINDS[int(page.kind[number])],
        hints=tuple(_hints(page, int(page.owner[number]))),
    )


def _extracted(draft: Draft, page: Page, chosen: set[int], chances: Floats) -> list[str]:
    """Per block whether the extractor that was believed took it."""
    if draft.body.extractor != FAST:
        taken = _pieces(draft.body.paragraphs)
        return [KEPT if _is_part(text, taken) else LEFT_OUT for text in page.texts]
    return [
        KEPT if number in chosen else REPEATED if chance >= LEAST_CHANCE else UNLIKELY
        for number, chance in enumerate(chances)
    ]


def _pieces(paragraphs: tuple[str, ...]) -> set[str]:
    """Paragraphs, and the cells of those that are rows."""
    cells = {cell for line in paragraphs for cell in line.split(CELL_BORDER)}
    return cells | set(paragraphs)


def _is_part(text: str, pieces: set[str]) -> bool:
    if text in pieces:
        return True
    return len(text) >= LEAST_PART and any(text in piece or piece in text for piece in pieces)


def _hints(page: Page, box: int) -> Iterator[str]:
    """Of the innermost elements first, each once."""
    told: dict[str, None] = {}
    while box and len(told) < MOST_HINTS:
        names = [name for bit, name in enumerate(HINTS) if int(page.hints[box]) >> bit & 1]
        told |= dict.fromkeys(name.partition("_")[2] for name in names)
        box = int(page.parent[box])
    yield from list(told)[:MOST_HINTS]


def _lines(draft: Draft) -> Iterator[Block]:
    """The paragraphs of a plain text."""
    clean = _pieces(draft.cleaned.paragraphs)
    for text in draft.body.paragraphs:
        is_kept = _is_part(repair(text), clean)
        kind = boilerplate_kind(text) or BY_PLACE
        verdict = KEPT if is_kept else f"cleaned: {kind}"
        yield Block(text, verdict, 1.0, word_count(text), 0.0, "text", ())
