"""Decide whether pages that share a canonical URL are variants of one story or different stories.

Some sites give the mobile and the AMP page of a story the same canonical: these pages are one
article. Other sites give every story the canonical of its section, or of the day's first page: each
page is an article. One page alone does not show which case it is; a comparison of the pages does.

Two pages tell the same story if they have the same headline, or if SAME_SHARE of the sentences of
the shorter text occur word for word in the other. Hashes of whole texts are no use, for each
correction changes them. Nor are word shingles, for reports of one desk share phrases: among 19 such
reports, some pairs have 66 % of their 5-word shingles in common, but no pair has more than 18 % of
its sentences in common. A story that is revised keeps most of its sentences.

A story takes the canonical's key if the canonical's address is one of its own addresses, or if no
other story claims that key or is found at that address. Any other story has the key of its own
address. A story in the warehouse keeps its id and its addresses, so that every order of loading
gives the same articles.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import xxhash

from tasks.web.fingerprint import words_of

SAME_SHARE = 1 / 3
# The time to compare texts grows with the square of the number of addresses of a key. A story has
# few variants. Where more addresses share a canonical, only headlines and text hashes are compared.
MOST_COMPARED = 200
_SENTENCE_ENDS = re.compile(r"[.!?…。！？\n]+")


@dataclass(frozen=True)
class Claim:
    """A claim on a key, by a document of the run or by a stored version.

    Attributes:
        key: the key that is claimed, which comes from the page's canonical URL or its own address.
        own_key: the key of the page's own address.
        position: the position of a document of the run; None for a stored version.
        article_id: the article of a stored version; None for a document of the run.
        held_key: the key that this article has now; None for a document of the run.
        is_resident: whether the page is at the key's address but claims another key. It claims
            nothing here, but shows which story the address tells.
        text: the text; None where texts are not compared.
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
        parts = _SENTENCE_ENDS.split((self.text or "").casefold())
        sentences = (" ".join(words_of(part)) for part in parts)
        return {xxhash.xxh3_64_intdigest(text.encode()): len(text) for text in sentences if text}

    @cached_property
    def fingerprints(self) -> tuple[str, ...]:
        """Return the headline and the text hash; pages that share either tell the same story."""
        headline = " ".join(words_of((self.title or "").casefold()))
        return (headline, self.content_hash) if headline else (self.content_hash,)

    def repeats(self, other: "Claim") -> bool:
        """Return whether enough sentences of the shorter text occur in the other, by characters."""
        shared = sum(size for hashed, size in self.sentences.items() if hashed in other.sentences)
        shorter = min(sum(self.sentences.values()), sum(other.sentences.values()))
        return shorter > 0 and shared >= SAME_SHARE * shorter


@dataclass
class Story:
    """A group of claims on one key that tell the same story.

    Attributes:
        article_id: the article of this story in the warehouse; None for a new story.
        held_key: the key that this article has now; None for a new story.
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
class SettledStory:
    """The key and the article that were settled for one story of this run.

    Attributes:
        positions: the documents of the run that tell the story.
        article_id: the article in the warehouse; None if the id is to be made from the key.
        addresses: the keys of the story's own addresses.
    """

    positions: tuple[int, ...]
    key: str
    article_id: str | None
    addresses: frozenset[str]


def settle_keys(claims: Iterable[Claim]) -> Iterator[SettledStory]:
    """Yield the stories of this run's documents, with the key that each of them gets.

    Args:
        claims: the claims, sorted by key.
    """
    for key, group in groupby(claims, key=lambda claim: claim.key):
        claims_on_key = list(group)
        residents = [claim for claim in claims_on_key if claim.is_resident]
        stories = stories_of([one for one in claims_on_key if not one.is_resident], key)
        for story in stories:
            if story.positions:
                is_contested = len(stories) > 1 or not _agrees_with(residents, story)
                chosen = _key_of(story, key, is_contested=is_contested)
                yield SettledStory(story.positions, chosen, story.article_id, story.addresses)


def stories_of(claims: Sequence[Claim], key: str) -> list[Story]:
    """Group the claims on one key by story; stories in the warehouse come first."""
    stories = _Stories()
    stored = [claim for claim in claims if claim.article_id is not None]
    # Newer address rules may give several articles one key: the article that already had the key
    # comes first, and keeps the addresses and fingerprints that both have.
    stored.sort(key=lambda claim: (claim.held_key != key, claim.article_id))
    for (article_id, held_key), group in groupby(stored, key=lambda c: (c.article_id, c.held_key)):
        stories.add(Story(article_id, held_key), group)
    fresh: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.article_id is None:
            fresh.setdefault(claim.own_key, []).append(claim)
    # The page at the key's own address comes first, the others are sorted by address, so that the
    # order of the input does not change the result.
    for own_key in sorted(fresh, key=lambda own_key: (own_key != key, own_key)):
        stories.add(stories.find(own_key, fresh[own_key]) or Story(), fresh[own_key])
    return stories.found


class _Stories:
    """The stories that claim one key, indexed by address and by fingerprint."""

    def __init__(self) -> None:
        self.found: list[Story] = []
        self._by_address: dict[str, Story] = {}
        self._by_fingerprint: dict[str, Story] = {}

    def add(self, story: Story, claims: Iterable[Claim]) -> None:
        """Add claims to a story; an address or fingerprint of two stories stays with the first."""
        if not story.claims:
            self.found.append(story)
        for claim in claims:
            story.claims.append(claim)
            self._by_address.setdefault(claim.own_key, story)
            for fingerprint in claim.fingerprints:
                self._by_fingerprint.setdefault(fingerprint, story)

    def find(self, own_key: str, claims: Sequence[Claim]) -> Story | None:
        """Return the known story that an address tells, given the claims of this address.

        The cheap evidence comes first: the address, the headline or text hash, then the sentences.
        """
        if own_key in self._by_address:
            return self._by_address[own_key]
        for fingerprint in (value for claim in claims for value in claim.fingerprints):
            if fingerprint in self._by_fingerprint:
                return self._by_fingerprint[fingerprint]
        compared = [claim for claim in claims if claim.sentences]
        if not compared:
            return None
        return next((story for story in self.found if _shares_sentences(story, compared)), None)


def _agrees_with(residents: Sequence[Claim], story: Story) -> bool:
    """Return whether the pages at the key's address, if there are any, tell the story."""
    own = {value for claim in story.claims for value in claim.fingerprints}
    is_same = any(value in own for claim in residents for value in claim.fingerprints)
    return not residents or is_same or _shares_sentences(story, residents)


def _shares_sentences(story: Story, claims: Sequence[Claim]) -> bool:
    return any(claim.repeats(other) for claim in claims for other in story.claims)


def _key_of(story: Story, key: str, *, is_contested: bool) -> str:
    """Return the claimed key if the story may have it, else its present key or an address of it."""
    if not is_contested or key in story.addresses:
        return key
    if story.held_key is not None and story.held_key != key:
        return story.held_key
    return min(story.addresses)
