"""Explanation of one document by the same functions that process it."""

from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter

from config.settings import ProcessSettings
from tasks.boilerplate.remove import NOTHING, Learned, remove_learned_lines
from tasks.explain.model import (
    KEPT_VERDICT,
    LEARNED,
    LEFT_OUT,
    MENU_VERDICT,
    REPEATED,
    UNLIKELY,
    Block,
    Explanation,
    TitleCandidate,
)
from tasks.process.body.blocks import PageOutline, whole_outline
from tasks.process.body.fast import LEAST_CHANCE, extract_fast
from tasks.process.body.hints import HINTS
from tasks.process.body.lanes import SURE
from tasks.process.body.model import block_probabilities, load_weights
from tasks.process.body.page_arrays import Floats, Page
from tasks.process.body.paragraphs import CELL_BORDER, choose_blocks
from tasks.process.body.tags import KINDS
from tasks.process.body.versions import FAST
from tasks.process.clean.artefacts import repair_artefacts
from tasks.process.clean.paragraphs import boilerplate_kind
from tasks.process.document import Draft, context_of, examine
from tasks.process.metadata.page import gather_evidence
from tasks.process.metadata.titles import title_candidates
from tasks.process.page_type.features import page_features
from tasks.process.page_type.model import load_model
from tasks.records import Article, Dropped, RawDocument
from tasks.web.fingerprint import word_count

MOST_HINTS = 4
# Parts that cleaning recognises by their place on the page only.
BY_PLACE = "title, byline, contents, teaser or wall"
# A shorter text may occur within another one by chance.
LEAST_PART = 30


def explain(
    document: RawDocument, settings: ProcessSettings, learned: Learned = NOTHING
) -> Explanation:
    """Return what becomes of a document, and why."""
    found = examine(document, settings)
    draft, record = found.draft, found.record
    if isinstance(record, Article):
        record = remove_learned_lines(record, learned, settings.min_words)
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
        blocks=tuple(_blocks_with_verdicts(draft, record)),
    )


def _lane(draft: Draft) -> str:
    """Return which extractor read the text, and why, in a sentence."""
    if draft.page is None:
        return "read as plain text"
    confidence = extract_fast(draft.page.outline).confidence
    fast = f"the fast lane expects an F1 of {confidence:.2f} ({SURE} is sure enough)"
    reasons = ", ".join(draft.body.flags)
    return f"read by {draft.body.extractor}: {fast}{'; ' if reasons else ''}{reasons}"


def _likelihoods(draft: Draft, url: str | None) -> list[tuple[str, float]]:
    """Return the page types with their likelihoods, the likeliest first."""
    if draft.page is None:
        return []
    features = page_features(draft.page, draft.metadata, url)
    found = load_model().likelihoods(features)
    return sorted(found.items(), key=lambda item: -item[1])


def _titles(
    document: RawDocument, draft: Draft, settings: ProcessSettings
) -> Iterator[TitleCandidate]:
    """Yield the titles that were considered; the first that equals the chosen one is marked."""
    chosen = draft.metadata.title
    if draft.page is None:
        if chosen:
            yield TitleCandidate("text", chosen, True)
        return
    is_open = True
    for place, text in title_candidates(
        gather_evidence(draft.page, context_of(document), settings)
    ):
        is_chosen = is_open and text == chosen
        is_open = is_open and not is_chosen
        yield TitleCandidate(place, text, is_chosen)
    if is_open and chosen:
        yield TitleCandidate("elsewhere", chosen, True)


def _blocks_with_verdicts(draft: Draft, record: Article | Dropped) -> Iterator[Block]:
    """Yield all blocks; kept ones that are learned boilerplate get that verdict."""
    removed = set(record.learned_lines if isinstance(record, Article) else ())
    for block in _blocks(draft) if draft.page is not None else _text_blocks(draft):
        is_removed = block.verdict == KEPT_VERDICT and repair_artefacts(block.text) in removed
        yield replace(block, verdict=LEARNED) if is_removed else block


def _blocks(draft: Draft) -> Iterator[Block]:
    """Yield the outline's blocks and, at their places, the blocks that the outline leaves out."""
    assert draft.page is not None
    outline = draft.page.outline
    # Left-out elements sort before the outline's block that follows them on the page.
    placed = [((number, 1), block) for number, block in enumerate(_outline_blocks(draft, outline))]
    for place, element in outline.left_out:
        placed += [((place, 0), block) for block in _left_out_blocks(draft, whole_outline(element))]
    yield from (block for _, block in sorted(placed, key=itemgetter(0)))


def _left_out_blocks(draft: Draft, outline: PageOutline) -> Iterator[Block]:
    """Yield the blocks of an element that the outline leaves out, such as a menu."""
    if not outline.texts:
        return
    page = Page(outline)
    taken = _paragraphs_and_cells(draft.cleaned.paragraphs if draft.body.extractor != FAST else ())
    for number, text in enumerate(page.texts):
        verdict = KEPT_VERDICT if _is_part(repair_artefacts(text), taken) else MENU_VERDICT
        yield _block(page, number, verdict, None)


def _outline_blocks(draft: Draft, outline: PageOutline) -> Iterator[Block]:
    """Yield the outline's blocks with the verdicts of extraction and cleaning."""
    if not outline.texts:
        return
    page = Page(outline)
    chances = block_probabilities(page, load_weights())
    extracted = _extraction_verdicts(
        draft, page, set(choose_blocks(page, chances, LEAST_CHANCE)), chances
    )
    clean = _paragraphs_and_cells(draft.cleaned.paragraphs)
    for number, text in enumerate(page.texts):
        verdict = extracted[number]
        if verdict == KEPT_VERDICT and not _is_part(repair_artefacts(text), clean):
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


def _extraction_verdicts(draft: Draft, page: Page, chosen: set[int], chances: Floats) -> list[str]:
    """Return a verdict per block: whether the extractor whose text was used took it."""
    if draft.body.extractor != FAST:
        taken = _paragraphs_and_cells(draft.body.paragraphs)
        return [KEPT_VERDICT if _is_part(text, taken) else LEFT_OUT for text in page.texts]
    return [
        KEPT_VERDICT if number in chosen else REPEATED if chance >= LEAST_CHANCE else UNLIKELY
        for number, chance in enumerate(chances)
    ]


def _paragraphs_and_cells(paragraphs: tuple[str, ...]) -> set[str]:
    """Return the paragraphs, and the cells of paragraphs that are table rows."""
    cells = {cell for line in paragraphs for cell in line.split(CELL_BORDER)}
    return cells | set(paragraphs)


def _is_part(text: str, pieces: set[str]) -> bool:
    """Return whether a text is one of the pieces, or overlaps one by containment."""
    if text in pieces:
        return True
    return len(text) >= LEAST_PART and any(text in piece or piece in text for piece in pieces)


def _hints(page: Page, box: int) -> Iterator[str]:
    """Yield the hints of the elements around a block, innermost first, each once."""
    hints: dict[str, None] = {}
    while box and len(hints) < MOST_HINTS:
        names = [name for bit, name in enumerate(HINTS) if int(page.hints[box]) >> bit & 1]
        hints |= dict.fromkeys(name.partition("_")[2] for name in names)
        box = int(page.parent[box])
    yield from list(hints)[:MOST_HINTS]


def _text_blocks(draft: Draft) -> Iterator[Block]:
    """Yield the paragraphs of a plain text as blocks."""
    clean = _paragraphs_and_cells(draft.cleaned.paragraphs)
    for text in draft.body.paragraphs:
        is_kept = _is_part(repair_artefacts(text), clean)
        kind = boilerplate_kind(text) or BY_PLACE
        verdict = KEPT_VERDICT if is_kept else f"cleaned: {kind}"
        yield Block(text, verdict, 1.0, word_count(text), 0.0, "text", ())
