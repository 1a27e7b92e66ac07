"""The command `diff`: what was changed in an article, in the terminal, as a page, or as rows."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa
from rich.text import Text

from config.errors import UsageError
from config.settings import Settings
from flows.terminal.screen import screen, styled
from tasks.revisions.diff_page import diff_page, facts_of, title_words
from tasks.revisions.paragraphs import ComparedParagraph, numbered
from tasks.revisions.stored import ComparedVersions, History, read_history
from tasks.revisions.words import Words
from warehouse.schema import REVISION_CHANGES

console = screen(soft_wrap=True)

# The style of words, and the marks (as of wdiff) that stand for it where there are no colours.
_STYLES = {
    "keep": ("", "", ""),
    "delete": ("red strike", "[-", "-]"),
    "insert": ("green underline", "{+", "+}"),
}
_CHANGE_COLUMNS = ("position", "operation", "old_text", "new_text", "words")


def diff_command(
    article: str, settings: Settings, versions: str | None, html: Path | None, format: str
) -> None:
    """Show what was changed in an article.

    Args:
        article: an article_id or an address.
        versions: the numbers of two versions, as in "1,3"; None for each with the one before it.
        html: write an HTML page into this file instead.
        format: "text", or the form in which rows are printed.

    Raises:
        UsageError: there is no such article or version.
    """
    history = read_history(settings.warehouse, article.strip(), chosen_versions(versions))
    if html is not None:
        html.write_text(diff_page(history), "utf-8", "replace")
        console.print(f"{len(history.compared)} changes of {article} are shown in {html}.")
    elif format == "text":
        for line in _lines(history):
            console.print(line)
    else:
        _print_rows(history, format)


def chosen_versions(written: str | None) -> tuple[int, int] | None:
    """Return the numbers of two versions, written as in "1,3".

    Raises:
        UsageError: that is not what was written.
    """
    if written is None:
        return None
    found = re.fullmatch(r"\s*([0-9]{1,9})\s*,\s*([0-9]{1,9})\s*", written)
    if not found or int(found[1]) == int(found[2]):
        raise UsageError(f"--versions {written!r} names no two versions: write them as in 1,3.")
    return int(found[1]), int(found[2])


def _print_rows(history: History, format: str) -> None:
    from flows.actions.answers import AnswerOptions, print_answer, require_printable

    require_printable(format)
    with duckdb.connect() as connection:
        connection.from_arrow(_rows(history)).create("changes")
        print_answer(connection, "from changes", AnswerOptions(format))


def _rows(history: History) -> pa.Table:
    """Return a row per changed paragraph, with columns as in `revision_changes`."""
    head = [("article_id", pa.string()), ("version", pa.int32()), ("previous_version", pa.int32())]
    columns = [(c.name, c.type) for c in REVISION_CHANGES if c.name in _CHANGE_COLUMNS]
    schema = pa.schema([*head, *columns])
    found = [
        {
            "article_id": compared.newer.article_id,
            "version": compared.newer.number,
            "previous_version": compared.older.number,
            "position": position,
            "operation": change.operation,
            "old_text": change.old,
            "new_text": change.new,
            "words": _json(change.words),
        }
        for compared in history.compared
        for position, change in numbered(compared.revision.paragraphs)
    ]
    return pa.Table.from_pylist(found, schema)


def _json(words: tuple[Words, ...]) -> str | None:
    return orjson.dumps([(run.operation, run.text) for run in words]).decode() if words else None


def _lines(history: History) -> Iterator[Text]:
    newest = history.versions[-1]
    yield styled("bold", newest.content.title or newest.article_id)
    yield styled("dim", newest.url or newest.article_id)
    if not history.compared:
        number = newest.number
        yield Text(f"There is only version {number} of this article, so nothing was changed.")
    for compared in history.compared:
        yield Text()
        yield from _lines_of(compared)


def _lines_of(compared: ComparedVersions) -> Iterator[Text]:
    revision = compared.revision
    yield styled("bold", f"Version {compared.older.number} → {compared.newer.number}")
    yield styled("dim", "; ".join(facts_of(compared)))
    if revision.title_changed:
        yield _marked(title_words(revision), "title: ")
    unchanged = 0
    for paragraph in revision.paragraphs:
        if paragraph.operation == "keep":
            unchanged += 1
            continue
        yield from _unchanged(unchanged)
        unchanged = 0
        yield Text()
        yield _paragraph(paragraph)
    yield from _unchanged(unchanged)


def _unchanged(number: int) -> Iterator[Text]:
    if number:
        yield Text()
        paragraphs = "paragraph" if number == 1 else "paragraphs"
        yield styled("dim", f"… {number} unchanged {paragraphs} …")


def _paragraph(paragraph: ComparedParagraph) -> Text:
    if paragraph.operation == "delete":
        return _marked((Words("delete", paragraph.old or ""),))
    if paragraph.operation == "insert":
        return _marked((Words("insert", paragraph.new or ""),))
    words = paragraph.words or (Words("keep", paragraph.new or ""),)
    return _marked(words, "moved here: " if paragraph.operation == "move" else "")


def _marked(words: tuple[Words, ...], label: str = "") -> Text:
    """Return words in colours, or between marks where the output has no colours."""
    text = Text(label, style="blue" if label else "")
    for run in words:
        style, begin, end = _STYLES[run.operation]
        if console.color_system is None or console.no_color:
            inner = run.text.rstrip()
            text.append(f"{begin}{inner}{end}{run.text[len(inner) :]}")
        else:
            text.append(run.text, style)
    return text
