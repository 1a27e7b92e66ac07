"""The explanation of one document: its record, and the evidence for and against."""

from dataclasses import dataclass

from tasks.process.body.fast import LEAST_CHANCE
from tasks.records import Article, DateCandidate, Dropped

KEPT_VERDICT = "kept"
UNLIKELY = f"below {LEAST_CHANCE:.0%}"
REPEATED = "repeated, or a heading without a text"
LEFT_OUT = "left out by trafilatura"
MENU_VERDICT = "menu or footer"
LEARNED = "cleaned: learned boilerplate"


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """A title that was considered.

    Attributes:
        place: such as `meta[og:title]`, `h1`.
    """

    place: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text on the page, and the verdict on it.

    Attributes:
        verdict: `kept`, or the reason why it was not.
        chance: probability that it is part of the story, by the fast lane's model; None if the
            model was not asked.
        link_share: share of its characters in links, 0 to 1.
        element: kind of the element that contains it.
        hints: signs in surrounding tags and names, such as `newsletter`; the nearest first.
    """

    text: str
    verdict: str
    chance: float | None
    words: int
    link_share: float
    element: str
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One document with the reasons for its outcome.

    Attributes:
        lane: which extractor read the text and why, in a sentence; "" if nothing was read.
        likelihoods: of each page type independently, likeliest first; () for plain text.
        dates: all that were seen, also if the page was rejected.
        blocks: in reading order; for a plain text its paragraphs.
    """

    record: Article | Dropped
    url: str | None
    lane: str = ""
    page_type: str | None = None
    flags: tuple[str, ...] = ()
    likelihoods: tuple[tuple[str, float], ...] = ()
    titles: tuple[TitleCandidate, ...] = ()
    authors: tuple[str, ...] = ()
    dates: tuple[DateCandidate, ...] = ()
    blocks: tuple[Block, ...] = ()
