"""Warehouses for tests of the report, small and made by the pipeline itself."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tasks.records import Article
from tests.articles import article
from tests.pipeline.nights import Nights

HOSTILE = '</script><img src=x onerror="alert(1)">{{ 7*7 }}&amp;\u202e\'"'
TITLES = (HOSTILE, "نص عربي عن الميناء والسفن", "港の船と灯台の話", "A very long title " * 60)
STORY = (
    "The harbour board said on Monday that the basin would open again in the spring, after the "
    "divers had found the old chain and the last of the timber had been taken to the yard."
)


def told(number: int, *, title: str, text: str = "", **fields: Any) -> Article:
    """Return an article of the site and day of its number."""
    site = f"press-{number % 4}.example"
    words = text or " ".join(f"word{number}x{place}" for place in range(40))
    made = article(f"https://{site}/{number}", words, position=number, day=10 + number % 5)
    day = 1 + number % 20
    return replace(
        made,
        **{
            "title": title,
            "domain": site,
            "published_at": datetime(2025, 3, day, 6 + number % 4, 30, tzinfo=UTC),
            "published_date": date(2025, 3, day),
            "section": title[:40],
            "word_count": 40,
            **fields,
        },
    )


def hostile(folder: Path) -> Nights:
    """Return a warehouse whose titles, sections and addresses attack the page that shows them."""
    nights = Nights(folder)
    states = ("full", "truncated", "paywalled", "unknown")
    first = [
        told(number, title=TITLES[number % 4], access_state=states[number % 4])
        for number in range(24)
    ]
    copied = [
        told(number, title=HOSTILE, text=STORY, url=f"javascript:alert({number})", section=HOSTILE)
        for number in range(40, 44)
    ]
    nights.load(*first, *copied, source="<b>Press & sons</b>")
    changed = told(3, title=HOSTILE, text="Another text than before. " * 12)
    nights.load(replace(changed, fetched_at=datetime(2025, 3, 20, tzinfo=UTC)))
    return nights
