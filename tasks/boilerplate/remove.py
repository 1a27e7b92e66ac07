"""Remove the learned boilerplate lines of a source from an article.

The functions are pure, like all of processing: the learned lines are an argument. Lines are
removed after the page was judged, so that no outcome depends on them: a page is an article, a
listing or too short, whatever was learned.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

from tasks.records import Article, Link
from tasks.web.fingerprint import content_hash, word_count

# The lengths of lines that can be learned, in characters. Shorter lines may be subheadings of a
# story, and longer lines do not recur letter by letter.
SHORTEST, LONGEST = 20, 400
# The first paragraph of at least this length is the lede. No line up to it is learned or removed,
# because the title, the dateline and the lede come first.
LEDE = 100
BORDER = "\n\n"  # between two paragraphs


@dataclass(frozen=True, slots=True)
class LineSet:
    """The lines to remove from articles of one source, and their version."""

    lines: frozenset[str] = frozenset()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """The lines to remove, by source.

    Attributes:
        source: the source of all documents of the run; None if each document has its own.
    """

    sets: Mapping[str, LineSet] = field(default_factory=dict)
    source: str | None = None

    def lines_for(self, article: Article) -> LineSet | None:
        """Return the lines of the article's source, chosen as SQL's coalesce(source, domain)."""
        named = (self.source, article.publication, article.domain)
        return self.sets.get(next((name for name in named if name is not None), ""))


NOTHING = Learned()


def line_set(lines: Iterable[str]) -> LineSet:
    """Return a set of lines with its version: a hash of the lines that ignores their order."""
    known = frozenset(lines)
    written = "\n".join(sorted(known)).encode("utf-8", "surrogatepass")
    return LineSet(known, hashlib.md5(written, usedforsecurity=False).hexdigest()[:8])


def remove_learned_lines(article: Article, learned: Learned, min_words: int) -> Article:
    """Return the article without the learned lines of its source.

    The version of the lines is added to `extractor_version` even if no line was removed.

    Args:
        min_words: if fewer words would be left, all lines stay and a flag is set.
    """
    known = learned.lines_for(article)
    if known is None or not known.lines:
        return article
    versioned = replace(
        article, extractor_version=f"{article.extractor_version}+learned.{known.version}"
    )
    kept, removed = _split_paragraphs(article.text.split(BORDER), known.lines)
    if not removed:
        return versioned
    words = sum(map(word_count, kept))
    if words < min_words:
        return replace(versioned, quality_flags=_flagged(article, "mostly_learned", removed))
    text = BORDER.join(kept)
    links = _links_of_kept(article, known.lines)
    return replace(
        versioned,
        text=text,
        word_count=words,
        content_hash=content_hash(text),
        learned_lines=tuple(removed),
        quality_flags=_flagged(article, "dropped_learned", removed),
        links=links,
    )


def _links_of_kept(article: Article, lines: frozenset[str]) -> tuple[Link, ...]:
    """Return the links of the paragraphs to keep, with the new numbers of their paragraphs."""
    if not article.links:
        return ()
    paragraphs = article.text.split(BORDER)
    removed = [n > _lede(paragraphs) and line in lines for n, line in enumerate(paragraphs)]
    before = list(accumulate(removed, initial=0))
    return tuple(
        replace(link, paragraph=link.paragraph - before[link.paragraph - 1])
        for link in article.links
        if not removed[link.paragraph - 1]
    )


def _lede(paragraphs: list[str]) -> int:
    """Return the place of the lede, or the number of paragraphs if there is none."""
    return next((n for n, line in enumerate(paragraphs) if len(line) >= LEDE), len(paragraphs))


def _split_paragraphs(paragraphs: list[str], lines: frozenset[str]) -> tuple[list[str], list[str]]:
    """Return the paragraphs to keep and those to remove, in their order."""
    lede = _lede(paragraphs)
    kept = paragraphs[: lede + 1]
    removed: list[str] = []
    for line in paragraphs[lede + 1 :]:
        (removed if line in lines else kept).append(line)
    return kept, removed


def _flagged(article: Article, flag: str, removed: list[str]) -> tuple[str, ...]:
    return (*article.quality_flags, f"{flag}:{len(removed)}")
