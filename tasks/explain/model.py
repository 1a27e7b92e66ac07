"""What is told of one document: the record that it gives, and what speaks for and against."""

from dataclasses import dataclass

from tasks.process.body.fast import LEAST_CHANCE
from tasks.records import Article, DateCandidate, Dropped

KEPT = "kept"
UNLIKELY = f"below {LEAST_CHANCE:.0%}"
REPEATED = "said before, or a heading without a text"
LEFT_OUT = "left out by trafilatura"
BESIDE = "menu or footer"
LEARNED = "cleaned: learned boilerplate"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A title that was weighed.

    Attributes:
        place: such as `meta[og:title]`, `h1`.
    """

    place: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text of the page, and what became of it.

    Attributes:
        verdict: `kept`, or why not.
        chance: that it is part of the story, 0 to 1, as the fast lane's model has it; None where
            the model was not asked.
        link_share: of its characters, 0 to 1.
        element: the kind of element that it stands in.
        hints: what tags and names around it tell, such as `newsletter`; the nearest first.
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
    """One document explained.

    Attributes:
        lane: what read the text and why, in a sentence; "" where nothing was read.
        likelihoods: of each page type, each for itself, likeliest first; () for plain text.
        dates: all that were seen, also where the page was rejected.
        blocks: in reading order; of a plain text its paragraphs.
    """

    record: Article | Dropped
    url: str | None
    lane: str = ""
    page_type: str | None = None
    flags: tuple[str, ...] = ()
    likelihoods: tuple[tuple[str, float], ...] = ()
    titles: tuple[Candidate, ...] = ()
    authors: tuple[str, ...] = ()
    dates: tuple[DateCandidate, ...] = ()
    blocks: tuple[Block, ...] = ()
