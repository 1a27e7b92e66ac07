"""An explanation as a self-contained HTML page, with blocks coloured by their verdicts."""

from collections.abc import Iterator, Sequence
from html import escape

from config.wording import counted
from tasks.explain.model import KEPT_VERDICT, Block, Explanation
from tasks.records import Article

MOST_TYPES = 4
STYLE = """
:root { color-scheme: light dark; --kept: #1a7f37; --cleaned: #9a6700; --dropped: #82071e; }
@media (prefers-color-scheme: dark) {
  :root { --kept: #57ab5a; --cleaned: #c69026; --dropped: #e5534b; }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
.block { border-left: .4rem solid var(--dropped); padding: 0 .8rem; margin: .5rem 0; }
.block.kept { border-color: var(--kept); } .block.cleaned { border-color: var(--cleaned); }
.block p { margin: 0; } .dropped p, .cleaned p { opacity: .65; }
.why { font-size: .8rem; opacity: .8; }
"""


def outcome(explanation: Explanation) -> str:
    """Return the document's outcome in one line."""
    record = explanation.record
    if isinstance(record, Article):
        return f"an article of {record.word_count} words, type {record.page_type}"
    detail = f": {record.detail}" if record.detail else ""
    return f"{record.outcome} as {record.reason}{detail}"


def facts(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield name and value of each fact other than titles, dates and blocks."""
    yield "document", explanation.record.locator
    yield "address", explanation.url or "unknown"
    yield "outcome", outcome(explanation)
    if explanation.lane:
        yield "text", explanation.lane
    if explanation.likelihoods:
        likely = (f"{name} {value:.0%}" for name, value in explanation.likelihoods[:MOST_TYPES])
        yield "looks like", ", ".join(likely)
    yield "authors", ", ".join(explanation.authors) or "none found"
    yield "flags", ", ".join(explanation.flags) or "none"


def title_rows(explanation: Explanation) -> list[tuple[str, str, str]]:
    """Return a row per title that was considered: a mark if it was chosen, its place, its text."""
    return [("✓" if t.is_chosen else "", t.place, t.text) for t in explanation.titles]


def date_rows(explanation: Explanation) -> list[tuple[str, str, str]]:
    """Return a row per date that was seen: its verdict, its place, the date as written."""
    return [(date.verdict, date.place, date.raw) for date in explanation.dates]


def description_of(block: Block) -> str:
    """Return the main features of a block in one line."""
    chance = "" if block.chance is None else f"chance {block.chance:.2f} · "
    return (
        f"{chance}{counted(block.words, 'word')} · {block.link_share:.0%} links · "
        f"<{block.element}> {' '.join(block.hints)}"
    )


def explanation_page(explanation: Explanation) -> str:
    """Return the whole HTML page."""
    parts = [
        _table((), list(facts(explanation))),
        _table(("", "title from", "text"), title_rows(explanation)),
        _table(("date", "place", "as written"), date_rows(explanation)),
        *map(_block, explanation.blocks),
    ]
    name = escape(explanation.url or explanation.record.locator)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        f"<style>{STYLE}</style></head><body><h1>What became of {name}</h1>"
        f"{''.join(parts)}</body></html>\n"
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    heading = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = ("".join(f"<td>{escape(value)}</td>" for value in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table>{f'<tr>{heading}</tr>' if head else ''}{body}</table>"


def _block(block: Block) -> str:
    colour = "kept" if block.verdict == KEPT_VERDICT else block.verdict.partition(":")[0]
    colour = colour if colour in {"kept", "cleaned"} else "dropped"
    why = f"{block.verdict} · {description_of(block)}"
    return (
        f'<div class="block {colour}" dir="auto"><p>{escape(block.text)}</p>'
        f'<span class="why" dir="ltr">{escape(why)}</span></div>'
    )
