"""What an address by itself says of its page: publisher, language, page number, kind of page."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote, unquote_plus, urlsplit

from tasks.process.hosts import domain_of
from tasks.process.urls import url_key

# Hosts where the first segments of the path name the publisher, with the number of these segments.
# A segment that begins with `@` or `~` names one on any host.
PATH_PUBLISHERS: Final = {
    "blog.naver.com": 1,
    "dev.to": 1,
    "facebook.com": 1,
    "medium.com": 1,
    "note.com": 1,
    "reddit.com": 2,
    "s3.amazonaws.com": 1,
    "sites.google.com": 2,
    "storage.googleapis.com": 1,
    "t.me": 1,
    "telegra.ph": 1,
    "tumblr.com": 1,
    "twitter.com": 1,
    "vk.com": 1,
    "x.com": 1,
}
# ISO 639-1 codes that stand as the first part of a path or host for a language edition.
LANGUAGES: Final = frozenset(
    """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it
    ja ka kk km kn ko ky lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt ro ru si sk sl sq sr sv
    sw ta te tg th tr uk ur uz vi zh
    """.split()
)
LANGUAGE_PART = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?")
LANGUAGE_PARAMETERS: Final = frozenset({"lang", "language", "locale", "hl"})

# Parameters that choose a view of a page or say where a reader came from, never which page it is.
# In doubt a parameter is left out here: an article that is kept twice is linked to its copy, one
# that is taken for another is lost.
VIEW_PARAMETERS: Final = frozenset(
    """
    amp campaign cmp comment comments error errorcode fb_comment_id feed format ico layout
    limitstart mobile mode nocache offset order output outputtype partner print printable
    printversion ref refer referer referrer replytocom rss rssfeed search share shared sharing
    showcomments skin sort source src srcref start theme ticket token utm view viewmode
    """.split()
)
OFFSETS: Final = frozenset({"limitstart", "offset", "start"})
_PAGES: Final = "page|pages|pg|paged|pagina|seite|pag|sivu|sida|side|strona|oldal|trang|pn"
PAGE_WORD = re.compile(_PAGES)
PAGE_PARAMETER = re.compile(
    rf"(?:current|sub|article|story|content)?[-_]?(?:{_PAGES})[-_]?(?:no|num|nr|number|index|wanted)?"
)
PAGE_SEGMENT = re.compile(rf"(?:{_PAGES}|p)[-_=.,]?(\d{{1,3}})")
PAGE_ENDING = re.compile(rf"(.+?)[/_,.~;:-]{{1,5}}(?:(?:{_PAGES}|p)[-_/=.,]{{0,5}})?(\d{{1,3}})")
ZERO_BASED = re.compile(r"(?:\d++,)++(\d{1,3})")

# Last segments of a view of the page that stands above them.
VIEWS: Final = frozenset(
    """
    all amp comments embed feed full fullview lite mobile print printable share single text
    """.split()
)
INDEX_STEMS: Final = frozenset({"index", "default", "home", "homepage", "start", "startseite"})
# Names of pages that show whatever story the query names.
STORY_SCRIPTS: Final = frozenset(
    """
    article articles artikel detail details item news nota noticia post read show story view
    """.split()
)
SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jspx?|cgi|do|cfm|pl)$")
EXTENSION = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jspx?|cgi|do|cfm|pl)$")
YEAR = re.compile(r"(?:19|20)\d\d")
WORD = re.compile(r"[^\W\d_]{1,20}")
FEWEST_WORDS: Final = 4  # of a headline in an address
LONG_NAME: Final = 25
LONG_NUMBER: Final = 4


@dataclass(frozen=True)
class PageAddress:
    """The parts of an address's key, decoded and in lower case.

    Attributes:
        segments: of the path; empty ones are left out.
        pairs: of the query.
        bang: the fragment that begins with `!`, else empty.
    """

    key: str
    host: str
    port: int | None
    segments: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    bang: str

    @classmethod
    def of(cls, url: str | None) -> "PageAddress | None":
        """Return the parts of an http(s) address; None for anything else."""
        key = url_key(url)
        if key is None:
            return None
        parts = urlsplit(key)
        segments = (unquote(part).lower() for part in parts.path.split("/") if part)
        pairs = (part.lower().partition("=") for part in parts.query.split("&") if part)
        return cls(
            key=key,
            host=parts.hostname or "",
            port=parts.port,
            segments=tuple(segments),
            pairs=tuple((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs),
            bang=parts.fragment,
        )

    @cached_property
    def site(self) -> tuple[str, ...]:
        """The registered domain, and the publisher where several share the host."""
        domain = domain_of(self.host)
        host = self.host.removeprefix("www.").removeprefix("m.")
        count = PATH_PUBLISHERS.get(host) or PATH_PUBLISHERS.get(domain, 0)
        if not count and self.segments and self.segments[0][0] in "@~":
            count = 1
        return (domain, *self.segments[:count])

    @property
    def leaf(self) -> str:
        return self.segments[-1] if self.segments else ""

    @cached_property
    def path(self) -> str:
        """The path without `.html`, `index.html` or a slash at its end."""
        name = EXTENSION.sub("", self.leaf)
        return "/".join((*self.segments[:-1], *(() if name in INDEX_STEMS else (name,))))

    @cached_property
    def stem(self) -> str:
        """The last part of the path that is no view of the page above it, such as `/print`."""
        parts = self.path.split("/")
        return next((part for part in reversed(parts) if part not in VIEWS), parts[-1])

    @cached_property
    def identifying(self) -> frozenset[str]:
        """Values of the query that may say which page it is."""
        return frozenset(
            value or name
            for name, value in self.pairs
            if name not in VIEW_PARAMETERS
            and name not in LANGUAGE_PARAMETERS
            and not PAGE_PARAMETER.fullmatch(name)
        )

    @property
    def is_front_page(self) -> bool:
        """Whether it is the site's first page, or that of a language edition."""
        if self.identifying or self.bang:
            return False
        return not self.path or (len(self.segments) <= 2 and _language(self.path) is not None)

    @property
    def is_amp(self) -> bool:
        """Whether it is a page's twin for phones; the page itself is what identifies."""
        named = bool({"amp", "amp.html"} & {*self.segments[:1], self.leaf})
        return self.host.startswith("amp.") or named or ("outputtype", "amp") in self.pairs

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages that the host, the first segment, `story.fr.html` or a parameter names."""
        asked = [value for name, value in self.pairs if name in LANGUAGE_PARAMETERS]
        ending = self.stem.split(".")[1:][-1:]
        names = [self.host.split(".")[0], *self.segments[:1], *ending, *asked]
        return tuple(language for name in names if (language := _language(name)))

    @property
    def is_script(self) -> bool:
        return bool(SCRIPT.search(self.leaf)) or self.stem in STORY_SCRIPTS

    @cached_property
    def names_headline(self) -> bool:
        words = [word for word in re.split(r"[\W\d_]+", self.stem) if word]
        return len(words) >= FEWEST_WORDS or len(self.stem) > LONG_NAME

    @property
    def names_story(self) -> bool:
        """Whether the path alone may name a story: by a headline, a number, or a date."""
        if self.names_headline:
            return True
        digits = sum(character.isdigit() for character in self.stem)
        if self.is_script:
            return digits >= LONG_NUMBER
        return digits > 0 or any(YEAR.fullmatch(segment) for segment in self.segments[:-1])

    @property
    def is_general(self) -> bool:
        """Whether it looks like a section or a script: one plain word, and no date or number."""
        if not WORD.fullmatch(self.stem):
            return False
        is_file = bool(EXTENSION.search(self.leaf))
        has_number = any(character.isdigit() for character in self.path)
        return self.is_script or not (is_file or has_number)

    @cached_property
    def page_number(self) -> int:
        """The page of a story that a parameter or a segment names; 1 where none does."""
        for name, value in self.pairs:
            if name in OFFSETS and value.isdecimal():
                return 1 + int(value[:6])
            if PAGE_PARAMETER.fullmatch(name) and (number := _number(value)):
                return number
        parts = self.path.split("/")
        for before, part in zip(("", *parts), parts, strict=False):
            if found := PAGE_SEGMENT.fullmatch(part):
                return int(found[1])
            if PAGE_WORD.fullmatch(before) and (number := _number(part)):
                return number
        return 1


def are_pages_of_one_story(one: PageAddress, other: PageAddress) -> bool:
    """Whether two addresses differ by a page number: each page has a text of its own."""
    if one.page_number != other.page_number:
        return True
    if one.path == other.path:  # `p` is the number of a page, or of a post
        return dict(one.pairs).get("p", "1") != dict(other.pairs).get("p", "1")
    first, second = _numbered(one.path), _numbered(other.path)
    if first[0] == other.path or second[0] == one.path:
        return max(first[1], second[1]) > 1
    return first[0] == second[0] and first[1] != second[1]


def _numbered(path: str) -> tuple[str, int]:
    """A path without the page number at its end, and this number: `ferry-2` and `ferry/2`."""
    found = PAGE_ENDING.fullmatch(path)
    return (found[1], int(found[2])) if found else (path, 1)


def _number(value: str) -> int | None:
    """A page's number as written; `0,1` of Drupal counts from nought."""
    if zero_based := ZERO_BASED.fullmatch(value):
        return int(zero_based[1]) + 1
    return int(value) if value.isdecimal() and len(value) <= 3 else None


def _language(name: str) -> str | None:
    found = LANGUAGE_PART.fullmatch(name)
    return found[1] if found and found[1] in LANGUAGES else None
