"""What `explain` does, once its arguments are parsed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from config.settings import Settings
from flows.explain_page import as_html, date_rows, described, facts, title_rows
from flows.screen import one_line, screen, styled
from tasks.explain.model import KEPT, Block, Explanation
from tasks.explain.page import explain
from tasks.explain.stored import Stored, read_file, read_stored
from tasks.process.learned import NOTHING
from tasks.records import Dropped

console = screen()

FEW_WORDS = 8  # shorter blocks that were dropped are menus, as a rule
SHOWN = 100  # characters of a block


def explain_command(named: str, settings: Settings, html: Path | None, *, every: bool) -> None:
    """Explains a file, an article_id or an address of the warehouse.

    Args:
        html: where the page of the explanation is written.
        every: show short dropped blocks, too.
    """
    path = Path(named)
    is_file = "://" not in named and path.is_file()
    found = (
        Stored(read_file(path, settings.read), NOTHING)
        if is_file
        else read_stored(settings.warehouse, named, settings.read)
    )
    document = found.document
    learned = found.learned if settings.learn.remove else NOTHING
    told = (
        Explanation(document, document.url)
        if isinstance(document, Dropped)
        else explain(document, settings.process, learned)
    )
    for table in _tables(told, every=every):
        console.print(table)
    if html is not None:
        html.write_text(as_html(told), "utf-8")
        console.print(f"{html} has all of it in colours.")


def _tables(told: Explanation, *, every: bool) -> Iterator[Table]:
    known = Table(box=None, show_header=False, pad_edge=False)
    known.add_column(style="bold", no_wrap=True)
    known.add_column(overflow="fold")
    for name, value in facts(told):
        known.add_row(name, one_line(value))
    yield known
    if told.titles:
        yield _rows("Titles", ("", "place", "text"), title_rows(told))
    if told.dates:
        yield _rows("Dates", ("verdict", "place", "as written"), date_rows(told))
    if told.blocks:
        yield _blocks(told, every=every)


def _rows(title: str, names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(one_line, row))
    return table


def _blocks(told: Explanation, *, every: bool) -> Table:
    shown = [block for block in told.blocks if every or _is_telling(block)]
    left = len(told.blocks) - len(shown)
    counts = Counter(block.verdict for block in told.blocks)
    caption = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    rest = f"; {left} short ones that were dropped are shown by --all" if left else ""
    table = Table(
        "verdict", "text", title="Blocks", title_justify="left", caption=f"{caption}{rest}"
    )
    table.columns[1].overflow = "fold"
    for block in shown:
        style = "green" if block.verdict == KEPT else "dim"
        text = Text(f"{one_line(shortened(block.text))}\n").append(described(block), "dim")
        table.add_row(styled(style, block.verdict), text)
    return table


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _is_telling(block: Block) -> bool:
    return block.verdict == KEPT or block.words >= FEW_WORDS
