"""Small pages of invented sites, and functions that read their metadata."""

import json
from datetime import UTC, datetime

from config.settings import load_settings
from tasks.process.markup.parse import parse
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.records import DateCandidate

URL = "https://www.harbour-herald.example/town/ferry-returns"
FETCHED = datetime(2024, 6, 10, 12, 0, tzinfo=UTC)
SETTINGS = load_settings().process


def metadata_of(
    html: str, url: str | None = URL, headers: tuple[tuple[str, str], ...] = (), timezone: str = ""
) -> Metadata:
    """Return the metadata of a page fetched on 10 June 2024."""
    settings = SETTINGS.model_copy(update={"timezone": timezone})
    return read_metadata(parse(html), PageContext(url, FETCHED, headers), settings)


def jsonld(**values: object) -> str:
    """Return a script element with a NewsArticle that has these values."""
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **values}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def verdicts(metadata: Metadata) -> dict[str, str]:
    """Return the verdict of each date candidate by its text."""
    return {candidate.raw: candidate.verdict for candidate in metadata.date_candidates}


def published(metadata: Metadata) -> DateCandidate:
    """Return the chosen date, which must be the only chosen candidate."""
    chosen = [c for c in metadata.date_candidates if c.verdict == "chosen"]
    assert len(chosen) == 1
    assert metadata.published == chosen[0]
    return chosen[0]
