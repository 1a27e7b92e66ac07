"""The decision whether a page's declared canonical address is believed.

If a wrong canonical is believed, two stories become one article, and the second one read looks like
a revision of the first. If a right one is doubted, an article is kept twice, and its copies share a
`cluster_id`. The second error costs less. Therefore a canonical is believed only if nothing in it
looks like a mistake that sites are known to make. Whether several stories share a canonical is
judged later, when many pages are seen together (`warehouse/sql/resolve`).
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from tasks.web.address_signs import VIEW_SEGMENTS, PageAddress, are_pages_of_one_story
from tasks.web.hosts import domain_of, is_reserved_host
from tasks.web.urls import DEFAULT_PORTS, absolute_url

# Text that a broken template leaves in place of an address.
LEFTOVER = re.compile(r"[{}<>]|\[\[|\]\]|\$\(|\*\||%%|__\w+__|\[object")
LEFTOVER_SEGMENT = re.compile(
    r"undefined|null|none|nan|[$:]\w+|%\w+%|\[[\w .-]*\]"
    r"|(?:page|post|canonical|your)[-_.]?(?:url|link)"
)
# Pages that report an error, or ask the reader to do something first.
ERROR_PAGE = re.compile(
    r"(?:(?:page|seite)[-_]?)?(?:not[-_]?found|nicht[-_]gefunden)|oops|fehler(?:seite)?|erreur"
    r"|(?:http|server|client)?[-_]?errors?[-_]?(?:page|document|\d{3})?|50x|offline|maintenance"
    r"|(?:40[0134]|410|429|451|50[0234])(?:[-_](?:error|page|not[-_]found))?|unavailable"
)
_SERVICE_PAGE = re.compile(
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
# First labels of hosts that a publisher uses internally.
INTERNAL_HOST = re.compile(
    r"(?:www[-.])?(?:cms|dev|development|local|origin|preprod|preview|qa|stage|staging|test|uat)\d?"
    r"(?:[-.]www)?"
)
TWO_WORDS = re.compile(r"[^\W\d_]+[-_][^\W\d_]+")
NUMBER = re.compile(r"\d+")
LONG_ID = re.compile(r"\d{5}")


def identifying_url(url: str | None, url_canonical: str | None) -> str | None:
    """Return the address that `url_key` is made from: the canonical one if it is believed.

    A declared canonical is believed only within the same registered domain and publisher, and only
    if none of MISTAKES is found in it. For a document without an address of its own, an absolute
    canonical is believed if none of MISTAKES_ALONE is found in it.
    """
    canonical = absolute_url(url_canonical, url)
    own, other = PageAddress.of(url), PageAddress.of(canonical)
    if own is None:
        return canonical if other and not _is_mistaken_alone(other) else None
    if other is None or (own.key != other.key and not _is_believable(own, other)):
        return url
    return canonical


def _is_believable(own: PageAddress, other: PageAddress) -> bool:
    """Return whether a canonical is on the same site and shows none of MISTAKES."""
    return own.site == other.site and not any(is_mistake(own, other) for is_mistake in MISTAKES)


def _is_mistaken_alone(address: PageAddress) -> bool:
    """Return whether an address names no story, whichever page declares it."""
    if is_reserved_host(address.host) or address.is_front_page:
        return True
    return any(is_mistake(_NOWHERE, address) for is_mistake in MISTAKES_ALONE)


def _is_template_leftover(own: PageAddress, other: PageAddress) -> bool:
    """Recognise `{{ page.url }}`, `undefined`, and a host that was joined to itself."""
    if LEFTOVER.search(unquote(other.key)) and not LEFTOVER.search(unquote(own.key)):
        return True
    # A relative address that was meant to be absolute repeats its host in the path.
    doubled = {other.host, domain_of(other.host), "http:", "https:"}
    added = set(other.segments) - set(own.segments)
    return any(part in doubled or LEFTOVER_SEGMENT.fullmatch(part) for part in added)


def _is_service_page(own: PageAddress, other: PageAddress) -> bool:
    """Recognise an error page, a form, a feed or a file; none of them is a story."""
    if own.path == other.path:
        return False
    ends = {other.stem, *(other.segments[:1] if len(other.segments) <= 2 else ())}
    added = ends - set(own.segments)
    is_named = any(ERROR_PAGE.fullmatch(end) or _SERVICE_PAGE.fullmatch(end) for end in added)
    return is_named or bool(NO_PAGE.search(other.leaf))


def _is_listing(own: PageAddress, other: PageAddress) -> bool:
    """Recognise a day's folder, and the list of an author, topic or section."""
    if own.path == other.path:
        return False
    if ARCHIVE.fullmatch(other.path) and not other.identifying:
        return True
    folder = other.segments[-2] if len(other.segments) > 1 else ""
    return folder in LISTING_FOLDERS and folder not in own.segments


def _is_amp_version(own: PageAddress, other: PageAddress) -> bool:
    """Recognise the AMP version as the canonical of the page itself."""
    return other.is_amp and not own.is_amp


def _is_other_language(own: PageAddress, other: PageAddress) -> bool:
    """Recognise an address that names other languages, or none."""
    return own.languages != other.languages


def _is_internal_host(own: PageAddress, other: PageAddress) -> bool:
    """Recognise a host or port behind the public site, such as `staging.` or 8080."""
    if other.port not in {own.port, None, *DEFAULT_PORTS.values()}:
        return True
    label = other.host.removesuffix(domain_of(other.host)).rstrip(".")
    return own.host != other.host and bool(INTERNAL_HOST.fullmatch(label))


def _is_parent_folder(own: PageAddress, other: PageAddress) -> bool:
    """Recognise a folder that contains the page's own address, the front page included.

    A view such as `/ferry/print` also stands below its page; such a page is no folder.
    """
    above = f"{other.path}/" if other.path else ""
    if other.identifying or own.path == other.path or not own.path.startswith(above):
        return False
    rest = own.path.removeprefix(above).split("/")
    return not (all(part in VIEW_SEGMENTS for part in rest) or LONG_ID.search(other.stem))


def _is_too_general(own: PageAddress, other: PageAddress) -> bool:
    """Recognise a canonical that lost the story's name: its last segment, its id, or `#!…`."""
    if own.hashbang and own.hashbang != other.hashbang and own.path == other.path:
        return True
    if own.stem == other.stem:
        return not other.names_story and not own.identifying <= other.identifying
    if other.identifying:
        return own.is_general and other.is_general and not own.identifying <= other.identifying
    return other.is_general or _is_like_section(own, other)


def _is_like_section(own: PageAddress, other: PageAddress) -> bool:
    """Recognise `/local-news`, unless the page's own address has an id, as `/?p=17` has."""
    return bool(TWO_WORDS.fullmatch(other.path)) and not own.identifying


def _is_other_number(own: PageAddress, other: PageAddress) -> bool:
    """Recognise `/2024/05/p0` for `/2024/05/p1`, and `/q` for `/q1`.

    Beside a headline the number may differ: sites renumber a story that keeps its headline.
    """
    if own.path == other.path or own.names_headline:
        return False
    if own.path.removeprefix(other.path).isdecimal():
        return True
    # Paths that only differ in their numbers are two articles; leading zeros do not count.
    is_same_shape = NUMBER.sub("0", own.path) == NUMBER.sub("0", other.path)
    return is_same_shape and _numbers(own) != _numbers(other)


def _numbers(address: PageAddress) -> list[str]:
    """Return the numbers in a path without leading zeros."""
    return [number.lstrip("0") for number in NUMBER.findall(address.path)]


# A rule takes the page's own address and the declared canonical one, in this order.
Mistake = Callable[[PageAddress, PageAddress], bool]
MISTAKES_ALONE: Final[tuple[Mistake, ...]] = (
    _is_template_leftover,
    _is_service_page,
    _is_listing,
)
MISTAKES: Final[tuple[Mistake, ...]] = (
    *MISTAKES_ALONE,
    _is_amp_version,
    _is_other_language,
    _is_internal_host,
    _is_parent_folder,
    _is_too_general,
    _is_other_number,
    are_pages_of_one_story,
)
# Takes the place of the page's own address where a document has none.
_NOWHERE: Final = PageAddress(key="", host="", port=None, segments=(), pairs=(), hashbang="")
