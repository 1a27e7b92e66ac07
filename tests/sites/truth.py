"""What a warehouse must hold after a night, told from the site's own log of what it served."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.sites.living import Page, Text
from tests.sites.living_server import LivingSites, Served


@dataclass(frozen=True, slots=True)
class Sight:
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
class Life:
    """What is known of one article: a model of revisions, ten lines long.

    Attributes:
        versions: the sight that made each.
        last: the text that was seen last.
    """

    versions: list[Sight] = field(default_factory=list)
    last: str | None = None

    def see(self, sight: Sight) -> str:
        """The outcome of one more answer."""
        assert sight.text is not None
        words = sight.text.words_learned.casefold()
        if words == self.last:
            return "duplicate"
        self.last = words
        self.versions.append(sight)
        return "loaded" if len(self.versions) == 1 else "revised"


@dataclass
class Truth:
    """The lives of all articles of a site, and the outcome of each stored answer."""

    lives: dict[str, Life] = field(default_factory=lambda: defaultdict(Life))
    outcomes: dict[str, str] = field(default_factory=dict)
    counts: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    sights: dict[str, Sight] = field(default_factory=dict)

    def learn(self, sights: Iterable[Sight]) -> None:
        """Takes in the answers of a night, in the order in which they came."""
        for sight in sights:
            outcome = "rejected"
            if sight.page is not None and sight.text is not None:
                outcome = self.lives[sight.page.identity].see(sight)
            self.outcomes[sight.locator] = outcome
            self.sights[sight.locator] = sight
            self.counts[sight.night, sight.source, outcome] += 1


def sights(site: LivingSites, rows: Iterable[dict[str, Any]], first: datetime) -> Iterator[Sight]:
    """Each stored answer, with the site's own word on what it said.

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
        yield Sight(locator, night, row["source"], at, row["final_url"], page, text)


def _answer_of(answers: Iterable[Served], at: datetime, status: int) -> Served | None:
    """The first answer of a status since a time; None: it was none about an article."""
    return next((one for one in answers if one.at >= at and one.status == status), None)
