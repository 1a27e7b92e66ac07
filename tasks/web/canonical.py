"""Which declared canonical address is believed.

A canonical that is wrongly believed makes two stories one article, and the one that is read first
seems to be revised by the other. One that is wrongly doubted keeps an article twice, and its copies
share a `cluster_id`. Therefore a canonical is believed only if nothing in it looks like a mistake
that sites make. Whether several stories share a canonical is judged where many pages are seen
together, when they are resolved.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from tasks.process.address_signs import VIEWS, PageAddress, are_pages_of_one_story
from tasks.process.hosts import domain_of, is_reserved
from tasks.process.urls import DEFAULT_PORTS, absolute_url

# What a template left where an address should stand.
LEFTOVER = re.compile(r"[{}<>]|\[\[|\]\]|\$\(|\*\||%%|__\w+__|\[object")
LEFTOVER_SEGMENT = re.compile(
    r"undefined|null|none|nan|[$:]\w+|%\w+%|\[[\w .-]*\]"
    r"|(?:page|post|canonical|your)[-_.]?(?:url|link)"
)
# Pages that say that there is no page, or that the reader must do something first.
ERROR_PAGE = re.compile(
    r"(?:(?:page|seite)[-_]?)?(?:not[-_]?found|nicht[-_]gefunden)|oops|fehler(?:seite)?|erreur"
    r"|(?:http|server|client)?[-_]?errors?[-_]?(?:page|document|\d{3})?|50x|offline|maintenance"
    r"|(?:40[0134]|410|429|451|50[0234])(?:[-_](?:error|page|not[-_]found))?|unavailable"
)
SERVICE_PAGE = re.compile(
    r"log[-_]?in|logon|sign[-_]?(?:in|up|on)|auth|sso|register|registration|subscribe|consent"
    r"|cookies?(?:[-_]\w+)?|captcha|challenge|search|suche|recherche|redirect|sitemap|rss|feeds?"
)
NO_PAGE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|xml|rss|json|js|css|mp[34])$")
ARCHIVE = re.compile(r"(?:.*/)?(?:19|20)\d\d(?:[/-]\d{1,2}){0,2}")
LISTING_FOLDERS: Final = frozenset(
    """
    author authors autor autoren categories category kategorie section sections tag tags topic
    topics thema themen
    """.split()
)
# Hosts of a publisher that its readers do not see.
INNER_HOST = re.compile(
    r"(?:www[-.])?(?:cms|dev|development|local|origin|preprod|preview|qa|stage|staging|test|uat)\d?"
    r"(?:[-.]www)?"
)
TWO_WORDS = re.compile(r"[^\W\d_]+[-_][^\W\d_]+")
NUMBER = re.compile(r"\d+")
LONG_ID = re.compile(r"\d{5}")


def identifying_url(url: str | None, url_canonical: str | None) -> str | None:
    """Return the address that `url_key` is taken from: the canonical one where it is believed.

    A declared canonical counts within the same registered domain and publisher only, and if none
    of MISTAKES is found in it. Without a fetched address an absolute canonical counts that is not
    mistaken by itself.
    """
    canonical = absolute_url(url_canonical, url)
    own, other = PageAddress.of(url), PageAddress.of(canonical)
    if own is None:
        return canonical if other and not _is_mistaken_alone(other) else None
    if other is None or (own.key != other.key and not _is_believable(own, other)):
        return url
    return canonical


def _is_believable(own: PageAddress, other: PageAddress) -> bool:
    return own.site == other.site and not any(is_mistake(own, other) for is_mistake in MISTAKES)


def _is_mistaken_alone(address: PageAddress) -> bool:
    """Whether an address names no story, whatever page declares it."""
    if is_reserved(address.host) or address.is_front_page:
        return True
    return any(is_mistake(NOWHERE, address) for is_mistake in MISTAKES_ALONE)


def _is_template_leftover(own: PageAddress, other: PageAddress) -> bool:
    """`{{ page.url }}`, `undefined`, or an address that was joined to its own host twice."""
    if LEFTOVER.search(unquote(other.key)) and not LEFTOVER.search(unquote(own.key)):
        return True
    doubled = {other.host, domain_of(other.host), "http:", "https:"}
    added = set(other.segments) - set(own.segments)
    return any(part in doubled or LEFTOVER_SEGMENT.fullmatch(part) for part in added)


def _is_service_page(own: PageAddress, other: PageAddress) -> bool:
    """An error page, a form, a feed or a file: what no story is at."""
    if own.path == other.path:
        return False
    ends = {other.stem, *(other.segments[:1] if len(other.segments) <= 2 else ())}
    added = ends - set(own.segments)
    is_named = any(ERROR_PAGE.fullmatch(end) or SERVICE_PAGE.fullmatch(end) for end in added)
    return is_named or bool(NO_PAGE.search(other.leaf))


def _is_listing(own: PageAddress, other: PageAddress) -> bool:
    """A day's folder, or the list of an author, topic or section."""
    if own.path == other.path:
        return False
    if ARCHIVE.fullmatch(other.path) and not other.identifying:
        return True
    folder = other.segments[-2] if len(other.segments) > 1 else ""
    return folder in LISTING_FOLDERS and folder not in own.segments


def _is_amp_twin(own: PageAddress, other: PageAddress) -> bool:
    return other.is_amp and not own.is_amp


def _is_other_language(own: PageAddress, other: PageAddress) -> bool:
    return own.languages != other.languages


def _is_inner_host(own: PageAddress, other: PageAddress) -> bool:
    """A host or port that the publisher uses behind its site, such as `staging.` or 8080."""
    if other.port not in {own.port, None, *DEFAULT_PORTS.values()}:
        return True
    label = other.host.removesuffix(domain_of(other.host)).rstrip(".")
    return own.host != other.host and bool(INNER_HOST.fullmatch(label))


def _is_above(own: PageAddress, other: PageAddress) -> bool:
    """A folder that the own address is in, the front page too; views of a page stand below it."""
    above = f"{other.path}/" if other.path else ""
    if other.identifying or own.path == other.path or not own.path.startswith(above):
        return False
    rest = own.path.removeprefix(above).split("/")
    return not (all(part in VIEWS for part in rest) or LONG_ID.search(other.stem))


def _is_too_general(own: PageAddress, other: PageAddress) -> bool:
    """A canonical that lost what names the story: its last segment, its id, or its `#!…`."""
    if own.bang and own.bang != other.bang and own.path == other.path:
        return True
    if own.stem == other.stem:
        return not other.names_story and not own.identifying <= other.identifying
    if other.identifying:
        return own.is_general and other.is_general and not own.identifying <= other.identifying
    return other.is_general or _is_like_section(own, other)


def _is_like_section(own: PageAddress, other: PageAddress) -> bool:
    """`/local-news`, where the own address is not one that says nothing, such as `/?p=17`."""
    return bool(TWO_WORDS.fullmatch(other.path)) and not own.identifying


def _is_other_number(own: PageAddress, other: PageAddress) -> bool:
    """`/2024/05/p1` and `/2024/05/p0`, `/q1` and `/q`, unless a headline is beside the number."""
    if own.path == other.path or own.names_headline:
        return False
    if own.path.removeprefix(other.path).isdecimal():
        return True
    is_same_shape = NUMBER.sub("0", own.path) == NUMBER.sub("0", other.path)
    return is_same_shape and _numbers(own) != _numbers(other)


def _numbers(address: PageAddress) -> list[str]:
    return [number.lstrip("0") for number in NUMBER.findall(address.path)]


Mistake = Callable[[PageAddress, PageAddress], bool]
MISTAKES_ALONE: Final[tuple[Mistake, ...]] = (
    _is_template_leftover,
    _is_service_page,
    _is_listing,
)
MISTAKES: Final[tuple[Mistake, ...]] = (
    *MISTAKES_ALONE,
    _is_amp_twin,
    _is_other_language,
    _is_inner_host,
    _is_above,
    _is_too_general,
    _is_other_number,
    are_pages_of_one_story,
)
# Stands for the own address where a document has none.
NOWHERE: Final = PageAddress(key="", host="", port=None, segments=(), pairs=(), bang="")
