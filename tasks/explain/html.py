"""An explanation as an HTML page that needs nothing else: the blocks coloured by their verdicts."""

from collections.abc import Iterator, Sequence
from html import escape

from tasks.explain.model import KEPT, Block, Explanation
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


def outcome(told: Explanation) -> str:
    """What became of the document, in a line."""
    record = told.record
    if isinstance(record, Article):
        return f"an article of {record.word_count} words, type {record.page_type}"
    detail = f": {record.detail}" if record.detail else ""
    return f"{record.outcome} as {record.reason}{detail}"


def facts(told: Explanation) -> Iterator[tuple[str, str]]:
    """Name and value of what is known beside titles, dates and blocks."""
    yield "document", told.record.locator
    yield "address", told.url or "unknown"
    yield "outcome", outcome(told)
    if told.lane:
        yield "text", told.lane
    if told.likelihoods:
        likely = (f"{name} {value:.0%}" for name, value in told.likelihoods[:MOST_TYPES])
        yield "looks like", ", ".join(likely)
    yield "authors", ", ".join(told.authors) or "none found"
    yield "flags", ", ".join(told.flags) or "none"


def title_rows(told: Explanation) -> list[tuple[str, str, str]]:
    """Of each title that was weighed: a mark if it won, its place, its text."""
    return [("✓" if t.is_chosen else "", t.place, t.text) for t in told.titles]


def date_rows(told: Explanation) -> list[tuple[str, str, str]]:
    """Of each date that was seen: its verdict, its place, as written."""
    return [(date.verdict, date.place, date.raw) for date in told.dates]


def described(block: Block) -> str:
    """The chief features of a block, in a line."""
    chance = "" if block.chance is None else f"chance {block.chance:.2f} · "
    return (
        f"{chance}{block.words} words · {block.link_share:.0%} links · "
        f"<{block.element}> {' '.join(block.hints)}"
    )


def as_html(told: Explanation) -> str:
    """The whole page."""
    parts = [
        _table((), list(facts(told))),
        _table(("", "title from", "text"), title_rows(told)),
        _table(("date", "place", "as written"), date_rows(told)),
        *map(_block, told.blocks),
    ]
    name = escape(told.url or told.record.locator)
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
    colour = "kept" if block.verdict == KEPT else block.verdict.partition(":")[0]
    colour = colour if colour in {"kept", "cleaned"} else "dropped"
    why = f"{block.verdict} · {described(block)}"
    return (
        f'<div class="block {colour}" dir="auto"><p>{escape(block.text)}</p>'
        f'<span class="why" dir="ltr">{escape(why)}</span></div>'
    )
