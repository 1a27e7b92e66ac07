"""Adds to a processed article what copies of its text are found by."""

from dataclasses import dataclass, replace

from tasks.records import Article
from tasks.stories.shingles import rate_of, sample, shingles_of, story_words

# Nearly all of such a text is learned boilerplate, which stayed because too little else is left.
# Its shingles would pair it with every such page of its site.
MOSTLY_LEARNED = "mostly_learned:"


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The sampled hashes of a text, their rate, and the number of its distinct shingles."""

    hashes: tuple[int, ...]
    rate: int
    shingles: int


def with_fingerprints(article: Article) -> Article:
    """Return the article with the sampled fingerprints of its text, without learned lines."""
    if any(flag.startswith(MOSTLY_LEARNED) for flag in article.quality_flags):
        return article
    found = text_fingerprints(article.text)
    return replace(
        article, fingerprints=found.hashes, fingerprint_rate=found.rate, shingles=found.shingles
    )


def text_fingerprints(text: str) -> Fingerprints:
    """Return the sampled fingerprints of a text."""
    distinct = set(shingles_of(story_words(text)))
    return Fingerprints(tuple(sample(distinct)), rate_of(len(distinct)), len(distinct))
