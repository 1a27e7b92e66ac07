"""Links of a page to feeds, sitemaps, and pages that look like articles."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.discover.addresses import page_address
from tasks.discover.model import ListAddresses, ListedPage, Listing
from tasks.web.charset import decode
from tasks.web.plain import inner_text, plain
from tasks.web.urls import registered_domain, url_key

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/rss",
        "application/atom",
        "text/rss+xml",
        "text/atom+xml",
    }
)
# Types that are not only used for feeds: WordPress declares its API with the last one.
VAGUE_TYPES = frozenset({"application/xml", "text/xml", "application/json"})
FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feeds?|atom|rdf)(?:/|$)|\.(?:rss|atom|rdf)$"
    r"|(?:^|[/_.-])(?:rss|feed|atom)[\w-]{0,80}\.(?:xml|json|php)$|^/index\.(?:xml|rdf)$",
    re.IGNORECASE,
)
SITEMAP_PATH = re.compile(r"sitemap[\w.-]{0,200}\.xml(?:\.gz)?$", re.IGNORECASE)
COMMENTS = re.compile(
    r"\bcomments?\b|\bcommentaires?\b|\bkommentare?\b|\bcoment[aá]rios\b|\bcomentarios\b",
    re.IGNORECASE,
)

# Parts of paths that lead to lists and services, never to an article.
_NAVIGATION = frozenset(
    """
    about about-us account accounts advertise advertising agb amp-login api archiv
    author authors autor autoren auteur auteurs autores basket careers cart categorie categories
    category categoria checkout contact contact-us contacts cookie-policy cookies datenschutz
    donate faq feed feeds help hilfe imprint impressum jobs kategorie kategorien
    kontakt login log-in logout newsletter newsletters page password personas
    privacy privacy-policy profile profil recherche register registration rss schlagwort
    schlagworte search shop sign-in sign-up signin signup sitemap store subscribe
    subscription subscriptions suche tag tags tagged terms terms-of-service terms-of-use thema
    themen theme topic topics user users wp-admin wp-content wp-includes
    wp-json wp-login.php
    """.split()
)
_SERVICE_PAGE = re.compile(
    r"^(?:(?:privacy|cookie|terms|conditions|about-(?:us|the)|contact-us|how-to-(?:contact|"
    r"subscribe)|subscribe-to|sign-up-|manage-)\b)",
    re.IGNORECASE,
)
FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|pdf|docx?|xlsx?|pptx?|odt|epub|zip|gz|rar|7z"
    r"|mp[34]|m4[av]|webm|mov|avi|ogg|wav|m3u8?|css|js|json|xml|rss|atom|txt|csv|ics|apk|exe|dmg)$",
    re.IGNORECASE,
)
DATED = re.compile(
    r"/(?:19|20)\d\d[/_-]?(?:0[1-9]|1[0-2])(?:[/_-]?(?:0[1-9]|[12]\d|3[01]))?(?=[/_.-])"
    r"|/(?:19|20)\d\d/\d{1,2}/\d{1,2}/"
)
DIGITS_ONLY = re.compile(r"[\d/_-]+")
ID = re.compile(r"\d{5,}")
HTML_LEAF = re.compile(r"-[^-]*\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
SCRIPT_LEAF = re.compile(
    r"(?:article|story|news|post|artikel|noticia|nota|view|read|index)s?(?:\.\w{2,5})?",
    re.IGNORECASE,
)
ID_PARAMETERS = frozenset({"id", "p", "aid", "nid", "articleid", "article_id", "storyid", "newsid"})
LEAF_HYPHENS = 3


def feed_and_sitemap_links(content: bytes, url: str) -> ListAddresses:
    """Return the feeds and sitemaps that a homepage links, without feeds of comments.

    The feeds are those of `<link rel=alternate>`. If there are none, they are the links of the same
    registered domain that clearly look like feeds.
    """
    page = _Page(content, url)
    feeds = dict.fromkeys(page.declared_feeds()) or dict.fromkeys(page.linked_feeds())
    return ListAddresses(tuple(feeds), tuple(dict.fromkeys(page.sitemaps())))


def article_links(content: bytes, url: str) -> Listing:
    """Return the links of a section page that look like articles of its registered domain.

    The first text that links to a page is its title.
    """
    page = _Page(content, url)
    titles: dict[str, str] = {}
    addresses: dict[str, str] = {}
    own_key, domain = url_key(page.url), registered_domain(page.url)
    for node, address in page.anchors():
        key = url_key(address)
        if not key or key == own_key or registered_domain(address) != domain:
            continue
        if key in addresses or is_article_link(address):
            addresses.setdefault(key, address)
            titles[key] = titles.get(key) or inner_text(node)
    entries = tuple(ListedPage(one, title=titles[key] or None) for key, one in addresses.items())
    fault = None if entries else "no link looks like an article's"
    return Listing("section", entries, fault=fault)


def is_article_link(url: str) -> bool:
    """Return whether an address looks like an article: dated, or with a long or numbered end."""
    parts = urlsplit(url)
    folders = [part for part in parts.path.split("/") if part]
    leaf = folders[-1] if folders else ""
    if any(part.lower() in _NAVIGATION for part in folders) or FILE.search(leaf):
        return False
    if _SERVICE_PAGE.match(leaf):
        return False
    if DATED.search(parts.path) and not _is_archive(parts.path):
        return True
    if leaf.count("-") >= LEAF_HYPHENS or ID.search(leaf) or HTML_LEAF.search(leaf):
        return True
    return bool(SCRIPT_LEAF.fullmatch(leaf)) and _has_id(parts.query)


def _is_archive(path: str) -> bool:
    """Return whether a path such as `/2020/03/16/` lists the articles of a day or month."""
    dated = DATED.search(path)
    rest = path[dated.start() :] if dated else path
    return bool(DIGITS_ONLY.fullmatch(rest))


def _has_id(query: str) -> bool:
    return any(
        name.lower() in ID_PARAMETERS and value.isdecimal() for name, value in parse_qsl(query)
    )


class _Page:
    """The links of one page as absolute addresses."""

    def __init__(self, content: bytes, url: str) -> None:
        self.url = url
        self._tree = LexborHTMLParser(decode(content, None).text)
        base = self._tree.css_first("base[href]")
        href = base.attributes.get("href") if base else None
        self._base = page_address(href, url) or url

    def anchors(self) -> Iterator[tuple[LexborNode, str]]:
        """Yield the links in `<a>` elements, each with its absolute address."""
        for node in self._tree.css("a[href]"):
            address = page_address(node.attributes.get("href"), self._base)
            if address:
                yield node, address

    def declared_feeds(self) -> Iterator[str]:
        """Yield the feeds of `<link rel=alternate>`."""
        for node in self._tree.css("link[href][type]"):
            if "alternate" in (node.attributes.get("rel") or "").lower().split():
                address = page_address(node.attributes.get("href"), self._base)
                title = node.attributes.get("title")
                if (
                    address
                    and _is_feed_type(node, address)
                    and not _is_comment_feed(title, address)
                ):
                    yield address

    def linked_feeds(self) -> Iterator[str]:
        """Yield links to the same registered domain that look like feeds."""
        domain = registered_domain(self.url)
        for node, address in self.anchors():
            is_feed = bool(FEED_PATH.search(urlsplit(address).path))
            is_own = is_feed and registered_domain(address) == domain
            if is_own and not _is_comment_feed(inner_text(node), address):
                yield address

    def sitemaps(self) -> Iterator[str]:
        """Yield links to sitemaps of the same registered domain."""
        domain = registered_domain(self.url)
        for node in self._tree.css("link[href], a[href]"):
            address = page_address(node.attributes.get("href"), self._base)
            if address and registered_domain(address) == domain:
                rel = (node.attributes.get("rel") or "").lower().split()
                if "sitemap" in rel or SITEMAP_PATH.search(urlsplit(address).path):
                    yield address


def _is_feed_type(node: LexborNode, address: str) -> bool:
    kind = (node.attributes.get("type") or "").partition(";")[0].strip().lower()
    if kind in VAGUE_TYPES:
        return bool(FEED_PATH.search(urlsplit(address).path))
    return kind in FEED_TYPES


def _is_comment_feed(title: str | None, address: str) -> bool:
    return bool(COMMENTS.search(plain(title, 300)) or COMMENTS.search(urlsplit(address).path))
