"""The command `explain`: why a page's text, title and dates are as they are."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from config.settings import Settings
from flows.terminal.screen import one_line, screen, styled
from tasks.boilerplate.remove import NOTHING
from tasks.explain.html import date_rows, description_of, explanation_page, facts, title_rows
from tasks.explain.model import KEPT_VERDICT, Block, Explanation
from tasks.explain.page import explain
from tasks.explain.stored import StoredDocument, read_file, read_stored
from tasks.records import Dropped

console = screen()

_FEW_WORDS = 8  # dropped blocks that are shorter are mostly menus, and hidden without --all
SHOWN_CHARACTERS = 100  # of each block


def explain_command(target: str, settings: Settings, html: Path | None, *, every: bool) -> None:
    """Explain a file, or a document of the warehouse, on the console.

    Args:
        target: the path of a file, the address of an object in a bucket, or an article_id or an
            address that the warehouse knows.
        settings: the settings under which the document is processed again.
        html: the path to which the explanation is also written as an HTML page.
        every: also show short blocks that were dropped.
    """
    is_file = target.startswith("s3://") or ("://" not in target and Path(target).is_file())
    stored = (
        StoredDocument(read_file(target, settings.read), NOTHING)
        if is_file
        else read_stored(settings.warehouse, target.strip(), settings.read)
    )
    document = stored.document
    learned = stored.learned if settings.learn.remove else NOTHING
    explanation = (
        Explanation(document, document.url)
        if isinstance(document, Dropped)
        else explain(document, settings.process, learned)
    )
    for table in _tables(explanation, every=every):
        console.print(table)
    if html is not None:
        html.write_text(explanation_page(explanation), "utf-8")
        console.print(f"The full explanation, with colours, is in {html}.")


def _tables(explanation: Explanation, *, every: bool) -> Iterator[Table]:
    overview = Table(box=None, show_header=False, pad_edge=False)
    overview.add_column(style="bold", no_wrap=True)
    overview.add_column(overflow="fold")
    for name, value in facts(explanation):
        overview.add_row(name, one_line(value))
    yield overview
    if explanation.titles:
        yield _table_of_rows("Titles", ("", "place", "text"), title_rows(explanation))
    if explanation.dates:
        columns = ("verdict", "place", "as written")
        yield _table_of_rows("Dates", columns, date_rows(explanation))
    if explanation.blocks:
        yield _table_of_blocks(explanation, every=every)


def _table_of_rows(title: str, names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(one_line, row))
    return table


def _table_of_blocks(explanation: Explanation, *, every: bool) -> Table:
    shown = [block for block in explanation.blocks if every or _is_interesting(block)]
    hidden = len(explanation.blocks) - len(shown)
    counts = Counter(block.verdict for block in explanation.blocks)
    caption = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    rest = f"; --all also shows {hidden} short blocks that were dropped" if hidden else ""
    table = Table(
        "verdict", "text", title="Blocks", title_justify="left", caption=f"{caption}{rest}"
    )
    table.columns[1].overflow = "fold"
    for block in shown:
        style = "green" if block.verdict == KEPT_VERDICT else "dim"
        text = Text(f"{one_line(shortened(block.text))}\n").append(description_of(block), "dim")
        table.add_row(styled(style, block.verdict), text)
    return table


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _is_interesting(block: Block) -> bool:
    return block.verdict == KEPT_VERDICT or block.words >= _FEW_WORDS
