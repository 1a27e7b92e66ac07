"""Removes the lines that were learned to be boilerplate of a source.

Pure, as all of processing: what was learned is an argument. It comes after a page was judged, so
that no outcome depends on it: a page is an article, too short, a listing, whatever was learned.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tasks.process.fingerprint import content_hash, word_count
from tasks.records import Article

# A line that can be learned has so many characters: shorter ones may be subheadings of a story,
# longer ones do not recur to the letter.
SHORTEST, LONGEST = 20, 400
# Up to the first paragraph of this length stand title, dateline and lede, which are never counted.
LEDE = 100
BORDER = "\n\n"


@dataclass(frozen=True, slots=True)
class LineSet:
    """The lines to remove from articles of one source, and their version."""

    lines: frozenset[str] = frozenset()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """The lines to remove, by source.

    Attributes:
        source: what the run says is the source of all its documents.
    """

    sets: Mapping[str, LineSet] = field(default_factory=dict)
    source: str | None = None

    def set_of(self, article: Article) -> LineSet | None:
        """The lines of the article's source; as in SQL coalesce(source, domain)."""
        named = (self.source, article.publication, article.domain)
        return self.sets.get(next((name for name in named if name is not None), ""))


NOTHING = Learned()


def line_set(lines: Iterable[str]) -> LineSet:
    """A set with its version, which is that of these very lines, in any order."""
    known = frozenset(lines)
    written = "\n".join(sorted(known)).encode("utf-8", "surrogatepass")
    return LineSet(known, hashlib.md5(written, usedforsecurity=False).hexdigest()[:8])


def without_learned(article: Article, learned: Learned, min_words: int) -> Article:
    """The article without the lines of its source that were learned.

    Args:
        min_words: where fewer would be left, all stay, and a flag says so.
    """
    known = learned.set_of(article)
    if known is None or not known.lines:
        return article
    versioned = replace(
        article, extractor_version=f"{article.extractor_version}+learned.{known.version}"
    )
    kept, removed = _parted(article.text.split(BORDER), known.lines)
    if not removed:
        return versioned
    words = sum(map(word_count, kept))
    if words < min_words:
        return replace(versioned, quality_flags=_flagged(article, "mostly_learned", removed))
    text = BORDER.join(kept)
    return replace(
        versioned,
        text=text,
        word_count=words,
        content_hash=content_hash(text),
        learned_lines=tuple(removed),
        quality_flags=_flagged(article, "dropped_learned", removed),
    )


def _parted(paragraphs: list[str], lines: frozenset[str]) -> tuple[list[str], list[str]]:
    """What stays and what goes, in their order."""
    lede = next((n for n, line in enumerate(paragraphs) if len(line) >= LEDE), len(paragraphs))
    kept = paragraphs[: lede + 1]
    removed: list[str] = []
    for line in paragraphs[lede + 1 :]:
        (removed if line in lines else kept).append(line)
    return kept, removed


def _flagged(article: Article, flag: str, removed: list[str]) -> tuple[str, ...]:
    return (*article.quality_flags, f"{flag}:{len(removed)}")
