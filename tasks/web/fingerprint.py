"""Hashes and word counts of a text that do not depend on its typography."""

import base64
import hashlib
import re
from collections.abc import Iterable

import xxhash

WORDS = re.compile(r"[^\W_]+")
# Scripts that write no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han (CJK).
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Rounded: a Chinese or Japanese word has 1.5 to 2 characters on average, a Thai one has 4.
CHARACTERS_A_WORD = 2


def content_hash(text: str) -> str:
    """Return the xxh3-128 hash of a text's words; case, spaces and punctuation do not matter."""
    return hash_of(words_of(text.casefold()))


def words_of(text: str) -> list[str]:
    """Return the runs of letters and digits in a text."""
    return WORDS.findall(text)


def hash_of(words: Iterable[str]) -> str:
    """Return the content hash of a text with these words, which must be case folded."""
    return xxhash.xxh3_128_hexdigest(" ".join(words).encode("utf-8", "surrogatepass"))


def payload_digest(body: bytes) -> str:
    """Return the digest as WARC's `WARC-Payload-Digest` has it: `sha1:` and base32."""
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return "sha1:" + base64.b32encode(digest).decode("ascii")


def article_id(identity: str) -> str:
    """Return the id of an article: 128 bits in hexadecimal.

    Args:
        identity: the `url_key`; for a document without a URL its text before cleaning.
    """
    return xxhash.xxh3_128_hexdigest(identity.encode("utf-8", "surrogatepass"))


def word_count(text: str, words: list[str] | None = None) -> int:
    """Count the words of a text; without spaces between words, two characters count as one word.

    Args:
        words: `words_of` the text, if the caller has them already.
    """
    unspaced = 0 if text.isascii() else len(UNSPACED.findall(text))
    if unspaced:
        words = words_of(UNSPACED.sub(" ", text))
    elif words is None:
        words = words_of(text)
    return len(words) + -(-unspaced // CHARACTERS_A_WORD)
