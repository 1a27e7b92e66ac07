"""Signs in an address of what it leads to: publisher, language, page number, kind of page.

Only the text of the address is read, never the page. The signs decide which declared canonical
addresses are believed (`tasks.web.canonical`).
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote, unquote_plus, urlsplit

from tasks.web.hosts import domain_of
from tasks.web.urls import url_key

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
# A doubtful parameter is left out of this list: an article that is kept twice is linked to its
# copy, whereas an article that is mistaken for another one is lost.
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

# Last segments that name a view of the page one level above, as in `/ferry/print`.
VIEW_SEGMENTS: Final = frozenset(
    """
    all amp comments embed feed full fullview lite mobile print printable share single text
    """.split()
)
INDEX_STEMS: Final = frozenset({"index", "default", "home", "homepage", "start", "startseite"})
# Names of pages that show the story that the query names.
STORY_SCRIPTS: Final = frozenset(
    """
    article articles artikel detail details item news nota noticia post read show story view
    """.split()
)
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jspx?|cgi|do|cfm|pl)$")
EXTENSION = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jspx?|cgi|do|cfm|pl)$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_WORD = re.compile(r"[^\W\d_]{1,20}")
# A segment is read as a headline from this number of words or characters on.
_FEWEST_WORDS: Final = 4
LONG_NAME: Final = 25
# A script's name with this number of digits may hold a story's id.
LONG_NUMBER: Final = 4


@dataclass(frozen=True)
class PageAddress:
    """The parts of an address's key, decoded and in lower case.

    Attributes:
        segments: the parts of the path, without empty ones.
        pairs: names and values of the query's parameters.
        hashbang: the fragment if it begins with `!`, else "".
    """

    key: str
    host: str
    port: int | None
    segments: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    hashbang: str

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
            hashbang=parts.fragment,
        )

    @cached_property
    def site(self) -> tuple[str, ...]:
        """Return the registered domain, and the publisher where several share the host."""
        domain = domain_of(self.host)
        host = self.host.removeprefix("www.").removeprefix("m.")
        count = PATH_PUBLISHERS.get(host) or PATH_PUBLISHERS.get(domain, 0)
        if not count and self.segments and self.segments[0][0] in "@~":
            count = 1
        return (domain, *self.segments[:count])

    @property
    def leaf(self) -> str:
        """Return the last segment of the path as written, "" for the front page."""
        return self.segments[-1] if self.segments else ""

    @cached_property
    def path(self) -> str:
        """Return the path without `.html`, `index.html` or a slash at its end."""
        name = EXTENSION.sub("", self.leaf)
        return "/".join((*self.segments[:-1], *(() if name in INDEX_STEMS else (name,))))

    @cached_property
    def stem(self) -> str:
        """Return the last part of the path that does not name a view, such as `print`."""
        parts = self.path.split("/")
        return next((part for part in reversed(parts) if part not in VIEW_SEGMENTS), parts[-1])

    @cached_property
    def identifying(self) -> frozenset[str]:
        """Return the values of the query that may say which page this is."""
        return frozenset(
            value or name
            for name, value in self.pairs
            if name not in VIEW_PARAMETERS
            and name not in LANGUAGE_PARAMETERS
            and not PAGE_PARAMETER.fullmatch(name)
        )

    @property
    def is_front_page(self) -> bool:
        """Return whether this is the front page of the site or of a language edition."""
        if self.identifying or self.hashbang:
            return False
        return not self.path or (len(self.segments) <= 2 and _language(self.path) is not None)

    @property
    def is_amp(self) -> bool:
        """Return whether this is the AMP version of a page.

        The page itself is the one that identifies the article.
        """
        named = bool({"amp", "amp.html"} & {*self.segments[:1], self.leaf})
        return self.host.startswith("amp.") or named or ("outputtype", "amp") in self.pairs

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Return the languages named by the host, the first segment, a suffix or a parameter.

        An example of a suffix is `story.fr.html`.
        """
        asked = [value for name, value in self.pairs if name in LANGUAGE_PARAMETERS]
        ending = self.stem.split(".")[1:][-1:]
        names = [self.host.split(".")[0], *self.segments[:1], *ending, *asked]
        return tuple(language for name in names if (language := _language(name)))

    @property
    def is_script(self) -> bool:
        """Return whether the path ends in a script, which shows the story that the query names."""
        return bool(_SCRIPT.search(self.leaf)) or self.stem in STORY_SCRIPTS

    @cached_property
    def names_headline(self) -> bool:
        """Return whether the last part of the path has the length of a headline."""
        words = [word for word in re.split(r"[\W\d_]+", self.stem) if word]
        return len(words) >= _FEWEST_WORDS or len(self.stem) > LONG_NAME

    @property
    def names_story(self) -> bool:
        """Return whether the path alone may name a story: by a headline, a number, or a date."""
        if self.names_headline:
            return True
        digits = sum(character.isdigit() for character in self.stem)
        if self.is_script:
            return digits >= LONG_NUMBER
        return digits > 0 or any(_YEAR.fullmatch(segment) for segment in self.segments[:-1])

    @property
    def is_general(self) -> bool:
        """Return whether this looks like a section or a script: one word, no date or number."""
        if not _WORD.fullmatch(self.stem):
            return False
        is_file = bool(EXTENSION.search(self.leaf))
        has_number = any(character.isdigit() for character in self.path)
        return self.is_script or not (is_file or has_number)

    @cached_property
    def page_number(self) -> int:
        """Return the page of a story that a parameter or a segment names; 1 where none does."""
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
    """Return whether two addresses differ by a page number; each page has its own text."""
    if one.page_number != other.page_number:
        return True
    if one.path == other.path:  # `p` numbers either a page or a post
        return dict(one.pairs).get("p", "1") != dict(other.pairs).get("p", "1")
    first, second = _split_page_number(one.path), _split_page_number(other.path)
    if first[0] == other.path or second[0] == one.path:
        return max(first[1], second[1]) > 1
    return first[0] == second[0] and first[1] != second[1]


def _split_page_number(path: str) -> tuple[str, int]:
    """Split off the page number at the end of a path, as in `ferry-2` and `ferry/2`; 1 if none."""
    found = PAGE_ENDING.fullmatch(path)
    return (found[1], int(found[2])) if found else (path, 1)


def _number(value: str) -> int | None:
    """Return a page's number as written; Drupal's `0,1` counts from zero."""
    if zero_based := ZERO_BASED.fullmatch(value):
        return int(zero_based[1]) + 1
    return int(value) if value.isdecimal() and len(value) <= 3 else None


def _language(name: str) -> str | None:
    """Return the language code at the beginning of a name such as `pt-br`; None if it has none."""
    found = LANGUAGE_PART.fullmatch(name)
    return found[1] if found and found[1] in LANGUAGES else None
