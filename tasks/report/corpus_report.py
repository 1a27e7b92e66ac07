"""The corpus report: all sections, from the published tables to one HTML file."""

import logging
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import duckdb

from config.errors import BroadsheetError, UsageError
from config.settings import Settings
from config.version import code_version
from tasks.report import collecting, contents, qualities
from tasks.report.answers import Asker
from tasks.report.front import deck, headline, step_of, tiles
from tasks.report.page import ReportPage, html_of
from warehouse.files import written_aside
from warehouse.folder import absolute
from warehouse.layout import PUBLISHED, REPORT
from warehouse.query import opened

log = logging.getLogger("broadsheet.report")

# Nothing is dated before 1600, so this stands for "from the beginning".
_BEGINNING: Final = date(1600, 1, 1)
REPORT_PAGE: Final = "index.html"


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A report that is to be made.

    Attributes:
        since: leave out older articles and nights; None: all.
        out: the file to write; None: `report/index.html` in the warehouse.
    """

    since: date | None = None
    out: Path | None = None


def make_report(request: ReportRequest, settings: Settings) -> Path:
    """Write the report and return its path.

    It is made from one publication, also if another one replaces it meanwhile.

    Raises:
        UsageError: nothing is published, or the file cannot be written.
    """
    warehouse = settings.warehouse
    out = request.out or warehouse / REPORT / REPORT_PAGE
    _require_outside(out, warehouse)
    with tempfile.TemporaryDirectory(prefix="broadsheet-report-") as spill:
        limits: dict[str, str | int] = {
            "memory_limit": settings.load.memory,
            "temp_directory": spill,
            "threads": min(2, settings.worker_count),
        }
        with opened(warehouse, settings=limits) as connection:
            publication = _publication_of(connection, warehouse)
            since = request.since or _BEGINNING
            page = _page(Asker(connection, {"since": since.isoformat()}), request, publication)
    _write(out, html_of(page))
    return out


def report_after_night(settings: Settings) -> Path | None:
    """Write the report if the setting `publish.report` asks for it, and return its path.

    A report that cannot be written must not fail a night that is published; it is logged.
    """
    if not settings.publish.report:
        return None
    try:
        return make_report(ReportRequest(), settings)
    except (BroadsheetError, OSError, ValueError, duckdb.Error) as error:
        log.warning("the report was not made: %s", error)
        return None


def _require_outside(out: Path, warehouse: Path) -> None:
    """Refuse to replace a file of the warehouse by a report."""
    place, folder = absolute(out).resolve(), absolute(warehouse).resolve()
    if place.is_relative_to(folder) and not place.is_relative_to(folder / REPORT):
        raise UsageError(
            f"{out} lies in the warehouse: name a place outside of it, or in its folder {REPORT}."
        )


def _write(out: Path, html: str) -> None:
    try:
        if out.parent.name == REPORT:
            out.parent.mkdir(exist_ok=True)
        with written_aside(out) as aside:
            aside.write_text(html, "utf-8")
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written ({error.strerror}): name a file elsewhere by --out."
        ) from error


def _publication_of(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> str:
    """Return words that name the publication: its id, and its time."""
    try:
        [(name, at)] = connection.execute(
            "select publication_id, published_at from publication"
        ).fetchall()
    except duckdb.CatalogException:  # an older Broadsheet has published the file
        name, at = "", datetime.fromtimestamp((warehouse / PUBLISHED).stat().st_mtime, UTC)
    return f"the publication {name} of {at:%-d %B %Y, %H:%M} UTC".replace("  ", " ")


def _page(ask: Asker, request: ReportRequest, publication: str) -> ReportPage:
    totals = next(iter(ask("corpus_totals")))
    span = next(iter(ask("corpus_span")))
    by_night = step_of(span["first_night"], span["last_night"])
    by_day = step_of(span["first_day"], span["last_day"])
    dated = Asker(
        ask.connection,
        {
            **ask.values,
            "since": str(span["first_day"] or _BEGINNING),
            "until": str(span["last_day"] or _BEGINNING),
        },
    )
    sections = [
        collecting.missing(ask),
        collecting.coverage(ask, by_night),
        contents.attention(dated, by_day, totals),
        contents.stories(ask),
        contents.syndication(ask),
        contents.copies(ask),
        qualities.revisions(ask, by_night),
        collecting.sources(ask, by_night),
        qualities.dates(ask),
        qualities.access(ask),
        qualities.languages(ask),
        collecting.dropped_documents(ask),
    ]
    return ReportPage(
        headline=headline(totals),
        deck=deck(totals, span),
        tiles=tiles(totals),
        sections=sections,
        about=f"Made by Broadsheet {code_version()} from {publication}"
        + (f", of what is dated or was fetched since {request.since}." if request.since else "."),
    )
