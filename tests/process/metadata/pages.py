"""Small pages of invented sites, and the shortest way from their HTML to metadata."""

import json
from datetime import UTC, datetime

from config.settings import load_settings
from tasks.process.metadata.model import Metadata
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.process.parse import parse
from tasks.records import DateCandidate

URL = "https://www.harbour-herald.example/town/ferry-returns"
FETCHED = datetime(2024, 6, 10, 12, 0, tzinfo=UTC)
SETTINGS = load_settings().process


def metadata_of(
    html: str, url: str | None = URL, headers: tuple[tuple[str, str], ...] = (), timezone: str = ""
) -> Metadata:
    """The metadata of a page fetched on 10 June 2024."""
    settings = SETTINGS.model_copy(update={"timezone": timezone})
    return read_metadata(parse(html), PageContext(url, FETCHED, headers), settings)


def jsonld(**values: object) -> str:
    """A script element with a NewsArticle of these values."""
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **values}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def verdicts(metadata: Metadata) -> dict[str, str]:
    """The verdict of each date candidate by its text."""
    return {candidate.raw: candidate.verdict for candidate in metadata.date_candidates}


def published(metadata: Metadata) -> DateCandidate:
    """The chosen date, which must be one of the candidates and the only one chosen."""
    chosen = [c for c in metadata.date_candidates if c.verdict == "chosen"]
    assert len(chosen) == 1
    assert metadata.published == chosen[0]
    return chosen[0]
