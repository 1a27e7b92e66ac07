"""Reservations against text and data mining, as sites and answers declare them.

They follow the TDM Reservation Protocol of a W3C community group
(https://www.w3.org/community/reports/tdmrep/) and are written like all rights:
`tdm-reservation:1`, `tdm-policy:URL`, `noai`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from protego import Protego
from selectolax.lexbor import LexborHTMLParser

from tasks.process.metadata.rights import RESERVATIONS, ROBOTS
from tasks.web.exchange import Headers

PATH: Final = "/.well-known/tdmrep.json"
TDM_BYTES: Final = 1_000_000
MOST_RULES: Final = 1_000
MOST_POLICY: Final = 300
# Meta elements stand in the head of a page.
MOST_HEAD: Final = 200_000
_META_HEADERS: Final = dict.fromkeys(ROBOTS, "x-robots-tag")

_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029#]")
_RESERVED = frozenset({"tdm-reservation:1", "noai"})


@dataclass(frozen=True, slots=True)
class TdmRule:
    """The rights that a site declares for the addresses that match a pattern."""

    pattern: str
    matcher: Protego
    rights: tuple[str, ...]


def parse_tdmrep(content: bytes) -> tuple[TdmRule, ...]:
    """Return the rules of a tdmrep.json, the longest pattern first; malformed ones are left out."""
    try:
        entries = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return ()
    entries = [entries] if isinstance(entries, dict) else entries
    if not isinstance(entries, list):
        return ()
    # Longest first, so that the first match is the most specific one.
    rules = [rule for entry in entries[:MOST_RULES] if (rule := _rule(entry))]
    return tuple(sorted(rules, key=lambda rule: -len(rule.pattern)))


def declared_rights(rules: Iterable[TdmRule], url: str) -> tuple[str, ...]:
    """Return the rights of the longest pattern that matches an address, as in robots.txt."""
    return next((rule.rights for rule in rules if not rule.matcher.can_fetch(url, "*")), ())


def header_rights(headers: Headers) -> tuple[str, ...]:
    """Return the rights that the headers of an answer declare."""
    return tuple(dict.fromkeys(_header_rights(headers)))


def meta_rights(content: bytes) -> tuple[str, ...]:
    """Return the rights that the meta elements of a page declare."""
    if b"<meta" not in content[:MOST_HEAD].lower():
        return ()
    tree = LexborHTMLParser(content[:MOST_HEAD])
    metas = [
        (node.attributes.get("name"), node.attributes.get("content"))
        for node in tree.css("meta[name][content]")
    ]
    declared = (
        (_META_HEADERS.get(name.lower(), name), value) for name, value in metas if name and value
    )
    return header_rights(tuple(declared))


def is_mining_reserved(rights: Iterable[str]) -> bool:
    """Return whether the rights reserve mining."""
    return not _RESERVED.isdisjoint(rights)


def _header_rights(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        match name.lower():
            case "tdm-reservation" | "tdm-policy" as declared:
                yield f"{declared}:{_plain(value)}"
            case "x-robots-tag":
                words = value[:500].lower().replace(":", ",").split(",")
                yield from (word.strip() for word in words if word.strip() in RESERVATIONS)


def _rule(entry: Any) -> TdmRule | None:
    if not isinstance(entry, dict):
        return None
    location = entry.get("location")
    reservation = entry.get("tdm-reservation")
    if not isinstance(location, str) or not isinstance(reservation, str | int):
        return None
    if str(reservation) not in {"0", "1"}:
        return None
    pattern = _CONTROLS.sub("", location)
    if not pattern:
        return None
    rights = [f"tdm-reservation:{reservation}"]
    policy = entry.get("tdm-policy")
    if isinstance(policy, str) and policy.strip():
        rights.append(f"tdm-policy:{_plain(policy)}")
    # Patterns have the syntax of robots.txt: one that forbids the pattern serves as the matcher.
    matcher = Protego.parse(f"User-agent: *\nDisallow: {pattern}")
    return TdmRule(pattern, matcher, tuple(rights))


def _plain(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode()
    return " ".join(clean.split())[:MOST_POLICY]
