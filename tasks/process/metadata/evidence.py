"""The evidence that the readers of single metadata fields share, gathered once per page."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tasks.process.metadata.dates.written import Reading
from tasks.process.metadata.elements import Elements
from tasks.process.metadata.jsonld import JsonLd, Node
from tasks.process.metadata.visible import Line, lines_around

_MOST_TEXT = 100_000


@dataclass(frozen=True)
class PageEvidence:
    """The evidence of one page. It has no slots, because `lines` and `text` are computed lazily.

    Attributes:
        elements: the index of the page's elements.
        jsonld: all JSON-LD nodes of the page.
        article: the JSON-LD node of the page's article, if any.
        url: the fetched address, or else the declared one.
        sites: names of the site and its host, folded by `people.fold`.
        reading: the time zone of times without one, and the order of day and month.
        latest: later dates are rejected; None without a fetch time.
    """

    elements: Elements
    jsonld: JsonLd
    article: Node | None
    url: str | None
    sites: frozenset[str]
    reading: Reading
    latest: datetime | None

    def has_in_lower_case(self, word: str) -> bool:
        """Return whether the page has a word in lower case, so that it is hardly a name."""
        return re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", self.text) is not None

    @cached_property
    def text(self) -> str:
        """Return the text of the whole page, up to 100,000 characters."""
        return self.elements.body.text(separator=" ")[:_MOST_TEXT] if self.elements.body else ""

    @cached_property
    def lines(self) -> list[Line]:
        """Return the visible lines around the headline."""
        return lines_around(self.elements)
