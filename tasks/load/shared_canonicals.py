"""Canonicals that several addresses share: variants of one story, or stories of a careless site.

A site gives the mobile and the AMP page of a story the same canonical: the pages are one article.
Another site gives every story the canonical of its section, or of the day's first page: the pages
are articles of their own. One page alone does not show which it is. The pages that share the
canonical do.

Two pages tell the same story if they have the same headline, or if SAME_SHARE of the sentences of
the shorter text stand in the other one word for word. Hashes of whole texts would tear a story from
its variants with each correction. Shingles of words do not separate the stories of one desk: of 19
reports that share their phrases, some have 66 % of their 5-word shingles in common, but none more
than 18 % of their sentences. A story that is revised keeps most of its sentences.

A story takes the canonical's key if the canonical's address is one of its own, or if no other
story claims that key or stands at that address. Any other story has the key of its own address. A
story in the warehouse keeps its id, and an address that belongs to it stays with it: the same
articles result in any order of loading.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import xxhash

from tasks.process.fingerprint import words_of

SAME_SHARE = 1 / 3
# The time of comparing texts grows with the square of a key's addresses. Variants of a story are
# few: where more addresses share a canonical, headlines and whole texts decide alone.
MOST_COMPARED = 200
_ENDS = re.compile(r"[.!?…。！？\n]+")


@dataclass(frozen=True)
class Claim:
    """A claim on a key, by a document of the run or by a stored version.

    Attributes:
        key: what it claims: that of its canonical, or of its own address.
        own_key: of its own address.
        position: of a document of the run; None for a stored version.
        article_id, held_key: of a stored version; None for a document of the run.
        is_resident: whether it is a page at the key's address that claims another key.
        text: None where texts are not compared.
    """

    key: str
    own_key: str
    position: int | None
    article_id: str | None
    held_key: str | None
    is_resident: bool
    content_hash: str
    title: str | None
    text: str | None

    @cached_property
    def sentences(self) -> dict[int, int]:
        """Return the hash of each sentence, with its number of characters."""
        said = (" ".join(words_of(part)) for part in _ENDS.split((self.text or "").casefold()))
        return {xxhash.xxh3_64_intdigest(part.encode()): len(part) for part in said if part}

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """Return what only claims of one story share: the headline, and the hash of the text."""
        headline = " ".join(words_of((self.title or "").casefold()))
        return (headline, self.content_hash) if headline else (self.content_hash,)

    def repeats(self, other: "Claim") -> bool:
        """Return whether enough sentences of the shorter text stand in the other."""
        shared = sum(size for hashed, size in self.sentences.items() if hashed in other.sentences)
        shorter = min(sum(self.sentences.values()), sum(other.sentences.values()))
        return shorter > 0 and shared >= SAME_SHARE * shorter


@dataclass
class Story:
    """One story of those that claim the same key, with all of its addresses.

    Attributes:
        article_id: of the article that it is in the warehouse; None for a new one.
        held_key: what that article is known by.
    """

    article_id: str | None = None
    held_key: str | None = None
    claims: list[Claim] = field(default_factory=list)

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(claim.own_key for claim in self.claims)

    @property
    def positions(self) -> tuple[int, ...]:
        return tuple(claim.position for claim in self.claims if claim.position is not None)


@dataclass(frozen=True, slots=True)
class Settled:
    """The key and the article of one story of this run.

    Attributes:
        article_id: of the article that it is in the warehouse; None: to be made from the key.
        addresses: keys of the story's own addresses.
    """

    positions: tuple[int, ...]
    key: str
    article_id: str | None
    addresses: frozenset[str]


def settle(claims: Iterable[Claim]) -> Iterator[Settled]:
    """Separate the stories that claim each key; yield those that the run has documents of.

    Args:
        claims: in the order of their keys.
    """
    for key, group in groupby(claims, key=lambda claim: claim.key):
        claims_on_key = list(group)
        residents = [claim for claim in claims_on_key if claim.is_resident]
        stories = stories_of([one for one in claims_on_key if not one.is_resident], key)
        for story in stories:
            if story.positions:
                is_shared = len(stories) > 1 or not _may_be_told_at(residents, story)
                chosen = _key_of(story, key, is_shared=is_shared)
                yield Settled(story.positions, chosen, story.article_id, story.addresses)


def stories_of(claims: Sequence[Claim], key: str) -> list[Story]:
    """Group the claims on one key by story; stories in the warehouse come first."""
    stories = _Stories()
    stored = [claim for claim in claims if claim.article_id is not None]
    # Where newer rules give several articles one key, the one that has had it counts first.
    stored.sort(key=lambda claim: (claim.held_key != key, claim.article_id))
    for (article_id, held_key), group in groupby(stored, key=lambda c: (c.article_id, c.held_key)):
        stories.add(Story(article_id, held_key), group)
    fresh: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.article_id is None:
            fresh.setdefault(claim.own_key, []).append(claim)
    # The key's own address first, then by name: the order of the input has no say.
    for own_key in sorted(fresh, key=lambda own_key: (own_key != key, own_key)):
        stories.add(stories.find(own_key, fresh[own_key]) or Story(), fresh[own_key])
    return stories.found


class _Stories:
    """The stories that claim one key, found by address, headline, whole text, and sentences."""

    def __init__(self) -> None:
        self.found: list[Story] = []
        self._by_address: dict[str, Story] = {}
        self._by_sign: dict[str, Story] = {}

    def add(self, story: Story, claims: Iterable[Claim]) -> None:
        """Add claims to a story; an address or sign of two stories stays with the first."""
        if not story.claims:
            self.found.append(story)
        for claim in claims:
            story.claims.append(claim)
            self._by_address.setdefault(claim.own_key, story)
            for sign in claim.signs:
                self._by_sign.setdefault(sign, story)

    def find(self, own_key: str, claims: Sequence[Claim]) -> Story | None:
        """Return the story of an address that makes these claims, if it is here already."""
        if own_key in self._by_address:
            return self._by_address[own_key]
        for sign in (sign for claim in claims for sign in claim.signs):
            if sign in self._by_sign:
                return self._by_sign[sign]
        compared = [claim for claim in claims if claim.sentences]
        if not compared:
            return None
        return next((story for story in self.found if _is_told(story, compared)), None)


def _may_be_told_at(residents: Sequence[Claim], story: Story) -> bool:
    """Return whether pages at the key's address tell the story, as far as there are any."""
    signs = {sign for claim in story.claims for sign in claim.signs}
    has_sign = any(sign in signs for claim in residents for sign in claim.signs)
    return not residents or has_sign or _is_told(story, residents)


def _is_told(story: Story, claims: Sequence[Claim]) -> bool:
    return any(claim.repeats(other) for claim in claims for other in story.claims)


def _key_of(story: Story, key: str, *, is_shared: bool) -> str:
    if not is_shared or key in story.addresses:
        return key
    if story.held_key is not None and story.held_key != key:
        return story.held_key
    return min(story.addresses)
