"""Mutations for any format: damage, forged numbers, nesting, repetition, and splices."""

from collections.abc import Callable, Sequence
from random import Random
from re import finditer

from tests.fuzz.words import WORDS

Mutation = Callable[[Random, bytes], bytes]

MOST_BYTES = 400_000
LONG = 60_000  # quadratic work on so many bytes takes far longer than an input may take
BYTES = b"\0\1\t\n\r\x1b \"'&<>[]{}(),:;\\/=%#!-.\x7f\x80\xc3\xe2\xed\xf0\xfe\xff09aZ"
NUMBERS = (
    *("0", "-0", "-1", "1", "00000000000", "2147483647", "2147483648", "4294967295", "4294967296"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551615", "99999999999999"),
    *("-9223372036854775809", "1e308", "1e999", "-1e-999", "NaN", "Infinity", "0x7fffffff", "1_0"),
    *("٣", "²", "½", "+7", " 7", "7 ", "0.1", "1.0.0", ""),
)
DIGITS = (400, 4_300, 4_301, 5_000)
DATES = (
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2024-02-30", "0000-00-00"),
    *("2024-W01-1", "24:00", "1970-01-01T00:00:00.123456789Z", "+12345-01-01T00:00:00Z"),
)
OPENERS = (
    *(("[", "]"), ('{"a":', "}"), ("[[", "]]"), ('[{"text":', "}]"), ("<div>", "</div>")),
    *(("<b><p>", ""), ("<a href='", "'>"), ("(", ")"), ("<!--", "-->"), ("<![CDATA[", "]]>")),
    *(("<channel><item>", "</item></channel>"), ("<table><tr><td>", ""), ("&amp;", ""), ('"', '"')),
)
DEPTHS = (3, 60, 300, 900, 1_020, 1_500, 6_000)
BOUNDARIES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1)


def mutate(chance: Random, data: bytes, others: Sequence[bytes], own: Sequence[Mutation]) -> bytes:
    """Return the data after one to five mutations.

    Args:
        others: inputs from which spans are spliced in.
        own: mutations that know the format; they are half of all mutations.
    """
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        if own and chance.random() < 0.5:
            data = chance.choice(own)(chance, data)
        elif chance.random() < 0.1:
            data = splice(chance, data, chance.choice(others))
        else:
            data = chance.choice(GENERAL)(chance, data)
    return data[:MOST_BYTES]


def span_of(chance: Random, data: bytes, most: int = 200) -> tuple[int, int]:
    """Choose a span of at most so many bytes, most often a short one."""
    start = chance.randint(0, len(data))
    return start, min(start + chance.randint(0, chance.choice((4, 16, most))), len(data))


def flip(chance: Random, data: bytes) -> bytes:
    """Change some single bytes to random ones, or to bytes that mean something to parsers."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8)) if changed else 0):
        at = chance.randrange(len(changed))
        bit = changed[at] ^ 1 << chance.randrange(8)
        changed[at] = chance.choice((bit, chance.randrange(256), chance.choice(BYTES)))
    return bytes(changed)


def truncate(chance: Random, data: bytes) -> bytes:
    """Cut the end or the beginning off."""
    at = chance.randint(0, len(data))
    return data[:at] if chance.random() < 0.8 else data[at:]


def remove(chance: Random, data: bytes) -> bytes:
    """Leave a span out."""
    start, end = span_of(chance, data, len(data))
    return data[:start] + data[end:]


def repeat(chance: Random, data: bytes) -> bytes:
    """Repeat a span a few times."""
    start, end = span_of(chance, data, 2_000)
    return data[:end] + data[start:end] * chance.choice((1, 2, 30)) + data[end:]


def pump(chance: Random, data: bytes) -> bytes:
    """Repeat a short span until it is long, which reveals work that is not linear in it."""
    start, end = span_of(chance, data, 40)
    piece = data[start:end] or bytes([chance.choice(BYTES)])
    if chance.random() < 0.3:
        piece = bytes([chance.choice(BYTES)])
    return data[:start] + piece * (LONG // len(piece)) + data[end:]


def number(chance: Random, data: bytes) -> bytes:
    """Forge a decimal number."""
    found = list(finditer(rb"\d+", data[:20_000]))
    if not found:
        return data
    at = chance.choice(found)
    forged = chance.choice(NUMBERS) if chance.random() < 0.8 else "9" * chance.choice(DIGITS)
    return data[: at.start()] + forged.encode() + data[at.end() :]


def date(chance: Random, data: bytes) -> bytes:
    """Forge a date, if there is one."""
    found = list(finditer(rb"\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?", data[:20_000]))
    if not found:
        return data
    at = chance.choice(found)
    return data[: at.start()] + chance.choice(DATES).encode() + data[at.end() :]


def integer(chance: Random, data: bytes) -> bytes:
    """Overwrite a binary integer with a boundary value."""
    size = chance.choice((1, 2, 4, 8))
    at = chance.randint(0, max(len(data) - size, 0))
    value = chance.choice(BOUNDARIES) + chance.choice((-1, 0, 0, 1))
    forged = (value % 256**size).to_bytes(size, chance.choice(("little", "big")))
    return data[:at] + forged + data[at + size :]


def nest(chance: Random, data: bytes) -> bytes:
    """Wrap a span in brackets or elements, many deep."""
    opener, closer = chance.choice(OPENERS)
    depth = chance.choice(DEPTHS)
    start, end = span_of(chance, data)
    closed = closer * depth if chance.random() < 0.7 else ""
    return data[:start] + (opener * depth).encode() + data[start:end] + closed.encode() + data[end:]


def word(chance: Random, data: bytes) -> bytes:
    """Insert a word that means something to a parser."""
    start, end = span_of(chance, data, 10)
    found = chance.choice(WORDS).encode("utf-8", "surrogatepass")
    return data[:start] + found + data[chance.choice((start, end)) :]


def splice(chance: Random, data: bytes, other: bytes) -> bytes:
    """Insert a span of another input, with or without the rest of the data behind it."""
    start, end = span_of(chance, other, len(other))
    at = chance.randint(0, len(data))
    behind = data[at:] if chance.random() < 0.6 else b""
    return data[:at] + other[start:end] + behind


GENERAL: tuple[Mutation, ...] = (
    *(flip, flip, flip, truncate, remove, repeat, pump, number, number, date, integer, nest, word),
)
