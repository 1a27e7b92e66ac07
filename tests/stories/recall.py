"""How many planted copies are found, and how many pairs within clusters are different stories."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from tasks.stories.evidence import StoryText, story_text
from tasks.stories.pairs import MOST_TEXTS
from tasks.web.fingerprint import content_hash
from tests.stories.planting import Planted, planted
from tests.stories.tables import StoryTables, Told, id_of


@dataclass(frozen=True)
class Recall:
    """Found and all pairs of planted copies; pairs within clusters and the wrong ones of them."""

    long: tuple[int, int]
    short: tuple[int, int]
    clustered: tuple[int, int]
    within: int
    different: int

    def __str__(self) -> str:
        shares = ", ".join(
            f"{name} {found}/{all_} = {found / max(1, all_):.4f}"
            for name, (found, all_) in (
                ("60 words and more", self.long),
                ("fewer words", self.short),
                ("clusters", self.clustered),
            )
        )
        return f"{shares}; {self.different} of {self.within} pairs within clusters are different"


def measure(articles: Sequence[Planted], tables: StoryTables) -> Recall:
    """Load all articles in one night, and compare with the truth."""
    tables.load("night", [Told(one.name, one.text, one.day) for one in articles])
    pairs, clusters = tables.pairs(), tables.clusters()
    counts: Counter[str] = Counter()
    for one, other, shared, containment in true_pairs(articles):
        if containment < 0.3:
            continue
        hashes = sorted((content_hash(one.text), content_hash(other.text)))
        is_found = hashes[0] == hashes[1] or (hashes[0], hashes[1]) in pairs
        length = "long" if shared >= 60 else "short"
        counts[length] += 1
        counts[f"{length} found"] += is_found
        if containment >= 0.5 and one.story == other.story:
            counts["copies"] += 1
            counts["clustered"] += clusters[id_of(one.name)] == clusters[id_of(other.name)]
    within = list(_pairs_within(articles, clusters))
    return Recall(
        (counts["long found"], counts["long"]),
        (counts["short found"], counts["short"]),
        (counts["clustered"], counts["copies"]),
        len(within),
        sum(one.story != other.story for one, other in within),
    )


def true_pairs(articles: Sequence[Planted]) -> Iterator[tuple[Planted, Planted, int, float]]:
    """Yield pairs with words in common: the words, and their share of the shorter text.

    All pairs that share a shingle are looked at, without sampling. Phrases of more texts than may
    have copies of each other (MOST_TEXTS) make no pair; the planted ones are such phrases if there
    are many articles.
    """
    texts = [story_text(one.text) for one in articles]
    holders: dict[int, list[int]] = {}
    for number, text in enumerate(texts):
        for shingle in text.distinct:
            holders.setdefault(shingle, []).append(number)
    copied = (found for found in holders.values() if len(found) <= MOST_TEXTS)
    seen = Counter(pair for found in copied for pair in combinations(found, 2))
    for (first, second), shared in seen.items():
        shorter = min(len(texts[first].distinct), len(texts[second].distinct))
        words = min(_common_words(texts[first], texts[second]), shared + 4)
        yield articles[first], articles[second], words, shared / shorter


def _common_words(one: StoryText, other: StoryText) -> int:
    return min(len(one.words), len(other.words))


def _pairs_within(
    articles: Sequence[Planted], clusters: dict[str, str]
) -> Iterator[tuple[Planted, Planted]]:
    members: dict[str, list[Planted]] = {}
    for one in articles:
        members.setdefault(clusters[id_of(one.name)], []).append(one)
    for found in members.values():
        yield from combinations(found, 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        number, seed = int(sys.argv[1]), int(sys.argv[2])
        print(measure(list(planted(number, seed)), StoryTables(Path(folder))))
