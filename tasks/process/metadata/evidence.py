"""What the readers of single fields share: everything known of one page, gathered once."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tasks.process.metadata.elements import Elements
from tasks.process.metadata.jsonld import JsonLd, Node
from tasks.process.metadata.visible import Line, lines_around
from tasks.process.metadata.written_dates import Reading

MOST_TEXT = 100_000


@dataclass(frozen=True)
class PageEvidence:
    """One page as gathered; no slots, for `lines` is made only where a reader asks for it.

    Attributes:
        article: the JSON-LD node of the page's article, if any.
        url: as fetched, else as declared.
        sites: names of the site and its host, folded (`names.fold`).
        reading: the time zone of bare times; the order of day and month.
        latest: no date after this is believed; None without a fetch time.
    """

    elements: Elements
    jsonld: JsonLd
    article: Node | None
    url: str | None
    sites: frozenset[str]
    reading: Reading
    latest: datetime | None

    def writes_small(self, word: str) -> bool:
        """Whether the page has a word in lower case, as it has no part of a name."""
        return re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", self.text) is not None

    @cached_property
    def text(self) -> str:
        """The text of the whole page, bounded."""
        return self.elements.body.text(separator=" ")[:MOST_TEXT] if self.elements.body else ""

    @cached_property
    def lines(self) -> list[Line]:
        """The visible lines around the headline."""
        return lines_around(self.elements)
