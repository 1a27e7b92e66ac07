"""The rows that a warehouse must hold after a night, by the site's own log of what it served."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.sites.living import Page, Text
from tests.sites.living_server import LivingSites, Served


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer as it was stored.

    Attributes:
        locator: of its record.
        url: the address that answered.
    """

    locator: str
    night: int
    source: str
    at: datetime
    url: str
    page: Page | None
    text: Text | None


@dataclass
class ArticleHistory:
    """The history of one article: a simple model of its revisions.

    Attributes:
        versions: the answer that made each version.
        last: the last text that was stored.
    """

    versions: list[StoredAnswer] = field(default_factory=list)
    last: str | None = None

    def add(self, answer: StoredAnswer) -> str:
        """Add an answer and return its outcome."""
        assert answer.text is not None
        words = answer.text.words_learned.casefold()
        if words == self.last:
            return "duplicate"
        self.last = words
        self.versions.append(answer)
        return "loaded" if len(self.versions) == 1 else "revised"


@dataclass
class ExpectedOutcomes:
    """The histories of all articles of a site, and the outcome of each stored answer."""

    lives: dict[str, ArticleHistory] = field(default_factory=lambda: defaultdict(ArticleHistory))
    outcomes: dict[str, str] = field(default_factory=dict)
    counts: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    stored_answers: dict[str, StoredAnswer] = field(default_factory=dict)

    def add_answers(self, stored_answers: Iterable[StoredAnswer]) -> None:
        """Add the answers of a night, in the order in which they came."""
        for answer in stored_answers:
            outcome = "rejected"
            if answer.page is not None and answer.text is not None:
                outcome = self.lives[answer.page.identity].add(answer)
            self.outcomes[answer.locator] = outcome
            self.stored_answers[answer.locator] = answer
            self.counts[answer.night, answer.source, outcome] += 1


def stored_answers(
    site: LivingSites, rows: Iterable[dict[str, Any]], first: datetime
) -> Iterator[StoredAnswer]:
    """Yield each stored answer, with the text that the site served.

    Args:
        rows: of `fetches` that gave a page or "not modified", in order of time.
        first: midnight of the first night.
    """
    answers: dict[Page, list[Served]] = defaultdict(list)
    for one in site.served:
        answers[one.page].append(one)
    for row in rows:
        at = datetime.fromisoformat(row["started_at"])
        night = (datetime.fromisoformat(row["night"]) - first).days
        page = site.page_at(row["final_url"])
        served = _answer_of(answers[page] if page else (), at, row["status"])
        text = served.text if served else None
        locator = f"{row['warc_file']}#offset={row['warc_offset']}"
        yield StoredAnswer(locator, night, row["source"], at, row["final_url"], page, text)


def _answer_of(answers: Iterable[Served], at: datetime, status: int) -> Served | None:
    """Return the first answer with a status since a time; None if it was not about an article."""
    return next((one for one in answers if one.at >= at and one.status == status), None)
