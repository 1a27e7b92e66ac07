"""The command `watches`: the saved queries and conditions, and the articles that met them."""

from datetime import date

from rich.table import Table

from config.errors import UsageError
from config.settings import Settings
from config.watches import EXAMPLE, Watch, load_watches, watches_file
from flows.actions.answers import AnswerOptions, sql_command
from flows.terminal.screen import one_line, screen
from tasks.load.watches import require_watches
from warehouse.query import opened, rows
from warehouse.statements import sql_quoted

console = screen(soft_wrap=True)

_COUNTS = "select watch, count(*), max(night) from watch_hits group by watch"
_HITS = """
select
    night,
    coalesce(source, domain) as source,
    published_date,
    title,
    url,
    watch_hits.article_id,
    version
from watch_hits
join article_versions as versions using (article_id, version)
where watch = {watch}
order by night desc, published_at desc nulls last, article_id
"""


def list_watches_command(settings: Settings) -> None:
    """Print the watches with the number of their hits, or how to write the first one."""
    path = watches_file(settings.sources)
    watches = require_watches(settings)
    if not watches:
        console.print(one_line(f"There are no watches yet. Write them into {path.absolute()}:"))
        console.print(f"\n{EXAMPLE}\nThe next night says what is new for each of them.")
        return
    counts = _counts(settings)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("watch", "articles", "last new", "condition"):
        right = "right" if name == "articles" else "left"
        table.add_column(name, justify=right, overflow="fold")  # type: ignore[arg-type]
    for watch in watches:
        count, night = counts.get(watch.name, (0, None))
        last = night.isoformat() if night else "–"
        table.add_row(one_line(watch.name), f"{count:,}", last, one_line(_condition(watch)))
    console.print(table)


def hits_command(name: str, settings: Settings, form: str) -> None:
    """Print the articles of a watch, the newest first.

    Raises:
        UsageError: there is no such watch, and none of that name ever had hits.
    """
    known = {watch.name for watch in load_watches(watches_file(settings.sources))}
    if name not in known | set(_counts(settings)):
        raise UsageError(f"There is no watch {name!r}: `broadsheet watches` lists them.")
    query = _HITS.format(watch=sql_quoted(name))
    sql_command(query, settings.warehouse, AnswerOptions(form))


def _condition(watch: Watch) -> str:
    return "; ".join(part for part in (watch.query, watch.where) if part)


def _counts(settings: Settings) -> dict[str, tuple[int, date | None]]:
    try:
        with opened(settings.warehouse) as connection:
            return {name: (count, night) for name, count, night in rows(connection, _COUNTS)[1]}
    except UsageError:  # nothing is published yet, or by an older Broadsheet
        return {}
