"""What kind of page this is, and whether it is refused for that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log1p
from urllib.parse import SplitResult

from config.settings import ProcessSettings
from tasks.process import page_signs as signs
from tasks.process.metadata.model import Metadata
from tasks.process.page_features import linked_headlines, page_features
from tasks.process.page_model import ARTICLE, likeliest_other, load_model
from tasks.process.parse import ParsedPage
from tasks.process.urls import parts_of

# Up to so many words a page may be nothing but a notice; a story about cookies or robots is longer.
NOTICE_WORDS = 150
CONSENT_WORDS = 600  # consent walls name their partners and purposes at length
CONSENT_SHARE = 0.5  # of the words stand in paragraphs that speak of consent
SECTION_SEGMENTS = 3
# Shorter lines are headings and menu entries; they do not make a text long enough.
LINE_WORDS = 5
TEASERS = 6
TEASER_LENGTH = 250  # characters of the longest paragraph
KEPT = "kept_no_article"
FEWEST_LINKS = 10  # a page with fewer neither lists nor sells; the model has seen no such page
# Values of `published_source` that are declared, not merely shown.
DECLARED = frozenset({"jsonld", "meta", "microdata"})
SHOP_PATHS = (
    ("product", signs.PRODUCT_PATH),
    ("collection", signs.COLLECTION_PATH),
    ("listing", signs.LISTING_PATH),
    ("service", signs.SERVICE_PATH),
)


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """What is known about a page once its body is extracted and cleaned.

    Attributes:
        paragraphs: after cleaning.
        words: of each paragraph.
    """

    parsed: ParsedPage
    metadata: Metadata
    url: str | None
    title: str | None
    paragraphs: tuple[str, ...]
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind of a page.

    Attributes:
        page_type: one of `terms.PAGE_TYPES`.
        rejected_reason: one of `terms.REJECTION_REASONS`; None if the page is to be loaded.
        sign: what gave it away, for the ledger's `detail`.
        flags: `maybe_TYPE` where the page is loaded in doubt.
    """

    page_type: str
    rejected_reason: str | None = None
    sign: str | None = None
    flags: tuple[str, ...] = ()


def judge(page: PageEvidence, settings: ProcessSettings) -> Verdict:
    """Rejects what is recognised with confidence; in doubt the page is loaded with a flag."""
    verdict = _kind_of_page(page)
    if verdict.rejected_reason and settings.keep_all:
        verdict = Verdict(verdict.page_type, flags=(KEPT,))
    words = sum(count for count in page.words if count >= LINE_WORDS)
    if verdict.rejected_reason is None and words < settings.min_words:
        sign = f"{words} words, required are {settings.min_words}"
        return Verdict(verdict.page_type, "too_short", sign, verdict.flags)
    return verdict


def _kind_of_page(page: PageEvidence) -> Verdict:
    """By what a page says, then what it declares and where it lives, then what it looks like."""
    notice = _notice(page, sum(page.words))
    if notice:
        return Verdict(notice[0], *notice)
    verdict = _by_type_and_address(page)
    if verdict.rejected_reason or verdict.flags or _is_dated_article(page.metadata):
        return verdict
    return _by_looks(page, verdict)


def _is_dated_article(metadata: Metadata) -> bool:
    """Whether markup declares an article and its date: what that looks like does not count."""
    names = (name.rpartition("/")[2] for name in metadata.page_types)
    is_article = {name.lower() for name in names if name[:1].isupper()} & signs.ARTICLE_TYPES
    published = metadata.published
    return bool(is_article) and published is not None and published.source in DECLARED


def _by_looks(page: PageEvidence, verdict: Verdict) -> Verdict:
    model = load_model()
    features = page_features(page.parsed, page.metadata, page.url)
    likelihoods = model.likelihoods(features)
    likely = likelihoods[ARTICLE]
    if likely >= model.doubt_below or features["tag a"] < log1p(FEWEST_LINKS):
        return verdict
    kind = likeliest_other(likelihoods)
    if likely >= model.reject_below or signs.NEWS_ADDRESS.search(page.url or ""):
        return Verdict(verdict.page_type, flags=(f"maybe_{kind}",))
    return Verdict(kind, kind, f"looks like an article by {likely:.0%} only")


def _notice(page: PageEvidence, words: int) -> tuple[str, str] | None:
    """Pages that stand in for the page that was asked for."""
    titles = [title.strip().lower() for title in (page.title, _title_tag(page)) if title]
    text = " ".join(page.paragraphs)[:4_000].lower()
    if words <= NOTICE_WORDS:
        if _any_full(signs.BOT_CHECK_TITLE, titles) or signs.BOT_CHECK_TEXT.search(text):
            return "bot_check", "title or text of a bot check"
        if _any_full(signs.SOFT_404_TITLE, titles) or signs.SOFT_404_TEXT.search(text):
            return "soft_404", "title or text of an error page"
    if words <= CONSENT_WORDS and signs.CONSENT_WORD.search(" ".join((*titles, text))):
        return _consent_wall(page, titles, words)
    return None


def _consent_wall(page: PageEvidence, titles: list[str], words: int) -> tuple[str, str] | None:
    lines = zip(page.paragraphs, page.words, strict=True)
    asking = [count for line, count in lines if signs.CONSENT_TEXT.search(line.lower())]
    share = sum(asking) / max(1, words)
    titled = _any_full(signs.CONSENT_TITLE, titles)
    if (len(asking) > 1 and share >= CONSENT_SHARE) or (titled and (asking or not words)):
        return "consent_wall", f"{share:.0%} of the words ask for consent"
    return None


def _title_tag(page: PageEvidence) -> str | None:
    found = page.parsed.tree.css_first("title")
    return found.text() if found else None


def _any_full(pattern: re.Pattern[str], titles: list[str]) -> bool:
    return any(pattern.fullmatch(title[:200]) for title in titles)


def _by_type_and_address(page: PageEvidence) -> Verdict:
    types = {name.lower().rpartition("/")[2] for name in page.metadata.page_types}
    is_article = _declares_article(page.metadata, types)
    for page_type, sign, is_sure in _suspicions(page, types):
        if is_sure or not is_article:
            return Verdict(page_type, page_type, sign)
        return Verdict(_kind_of_article(page, types), flags=(f"maybe_{page_type}",))
    return Verdict(_kind_of_article(page, types))


def _declares_article(metadata: Metadata, types: set[str]) -> bool:
    """og:type alone is no sign: content systems write `article` on every page."""
    names = (name.rpartition("/")[2] for name in metadata.page_types)
    if {name.lower() for name in names if name[:1].isupper()} & signs.ARTICLE_TYPES:
        return True
    return "article" in types and metadata.published is not None


def _suspicions(page: PageEvidence, types: set[str]) -> Iterator[tuple[str, str, bool]]:
    """What the page may be, its sign, and whether not even signs of an article speak against it."""
    address = parts_of(page.url)
    path = address.path
    if page.url and _is_front(address):
        yield "section_front", "address", False
    yield from _by_type(types)
    if signs.LISTING_WIKI.match(path):
        yield "listing", "a wiki's list", True
    if _matches(signs.FORUM_HOST, address.netloc) or signs.FORUM_PATH.search(path):
        yield "forum", "address", False
    if _is_documentation(page, address.netloc, path):
        yield "documentation", "address or generator", False
    if not (signs.STORY_PATH.search(path) or signs.STORY_PATH.search(address.query)):
        if _is_list_of_teasers(page):
            kind = "section_front" if path.strip("/").count("/") < SECTION_SEGMENTS else "listing"
            yield kind, "headlines that are links, and no longer text", False
        for page_type, pattern in SHOP_PATHS:
            # Some newsrooms keep their stories below `/c/`; a shop's collection has no date.
            is_dated = page_type == "collection" and page.metadata.published is not None
            if pattern.search(path) and not is_dated:
                yield page_type, "address", False


def _by_type(types: set[str]) -> Iterator[tuple[str, str, bool]]:
    for page_type, names in (
        ("forum", signs.FORUM_TYPES),
        ("collection", signs.COLLECTION_TYPES),
        ("product", signs.PRODUCT_TYPES),
        ("listing", signs.LISTING_TYPES),
    ):
        if types & names:
            yield page_type, f"declared as {min(types & names)}", False


def _is_list_of_teasers(page: PageEvidence) -> bool:
    """Many headlines that lead elsewhere, and nothing that is longer than a teaser."""
    if max(map(len, page.paragraphs), default=0) > TEASER_LENGTH:
        return False
    return linked_headlines(page.parsed.outline) >= TEASERS


def _is_documentation(page: PageEvidence, host: str, path: str) -> bool:
    if _matches(signs.DOCUMENTATION_HOST, host) or signs.DOCUMENTATION_PATH.search(path):
        return True
    head = page.parsed.tree.head
    maker = head.css_first('meta[name="generator"]') if head is not None else None
    name = maker.attributes.get("content") if maker else None
    return bool(name and signs.DOCUMENTATION_MAKER.search(name))


def _matches(pattern: re.Pattern[str], host: str) -> bool:
    return pattern.match(host.removeprefix("www.")) is not None


def _is_front(address: SplitResult) -> bool:
    segments = address.path.lower().strip("/").split("/")
    if len(segments) <= SECTION_SEGMENTS and signs.SECTION_NAMES.issuperset(segments):
        return True
    return not address.query and signs.FRONT_PATH.fullmatch(address.path) is not None


def _kind_of_article(page: PageEvidence, types: set[str]) -> str:
    path = parts_of(page.url).path
    if "liveblogposting" in types or signs.LIVE_PATH.search(path):
        return "live"
    if types & {"imagegallery", "mediagallery"} or signs.GALLERY_PATH.search(path):
        return "gallery"
    if any(name.startswith("video.") for name in types) or signs.VIDEO_PATH.search(path):
        return "video"
    return "article"
