"""Hashes and counts that identify a text, whatever its typography."""

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
CHARACTERS_A_WORD = 2  # rounded: a Chinese or Japanese word has 1.5 to 2 characters, a Thai one 4


def content_hash(text: str) -> str:
    """xxh3-128 of the words alone: case, spaces and punctuation do not change it."""
    return hash_of(words_of(text.casefold()))


def words_of(text: str) -> list[str]:
    """Runs of letters and digits."""
    return WORDS.findall(text)


def hash_of(words: Iterable[str]) -> str:
    """The content hash of a text that has these words, case folded."""
    return xxhash.xxh3_128_hexdigest(" ".join(words).encode("utf-8", "surrogatepass"))


def payload_digest(body: bytes) -> str:
    """As the WARC header `WARC-Payload-Digest` writes it: `sha1:` and base32."""
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return "sha1:" + base64.b32encode(digest).decode("ascii")


def article_id(identity: str) -> str:
    """128 bits in hexadecimal.

    Args:
        identity: the `url_key`; for a document without a URL its text before cleaning.
    """
    return xxhash.xxh3_128_hexdigest(identity.encode("utf-8", "surrogatepass"))


def word_count(text: str, words: list[str] | None = None) -> int:
    """Words between spaces; in scripts without spaces, one word for two characters.

    Args:
        words: `words_of` the text, where they are there already.
    """
    unspaced = 0 if text.isascii() else len(UNSPACED.findall(text))
    if unspaced:
        words = words_of(UNSPACED.sub(" ", text))
    elif words is None:
        words = words_of(text)
    return len(words) + -(-unspaced // CHARACTERS_A_WORD)
