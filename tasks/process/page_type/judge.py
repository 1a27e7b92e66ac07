"""Judge the type of a page, and reject it if it is not an article.

The evidence is used from the most reliable to the least: the page's own words (an error page, a bot
check, a consent wall), then the type that it declares and its address, and last the model, which
judges by the features of the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log1p
from urllib.parse import SplitResult

from config.settings import ProcessSettings
from tasks.process.markup.parse import ParsedPage
from tasks.process.metadata.model import Metadata
from tasks.process.page_type import signs
from tasks.process.page_type.features import linked_headlines, page_features
from tasks.process.page_type.model import ARTICLE_TYPE, likeliest_other, load_model
from tasks.reasons import Reason
from tasks.web.urls import parts_of

# A page of at most so many words may be only a notice; a story about cookies or robots is longer.
NOTICE_WORDS = 150
CONSENT_WORDS = 600  # consent walls describe their partners and purposes at length
CONSENT_SHARE = 0.5  # of the words, in paragraphs about consent
SECTION_SEGMENTS = 3  # of the path; longer paths are those of listings or stories
# Shorter lines are headings and menu entries, which do not count towards the length of a text.
LINE_WORDS = 5
TEASERS = 6  # linked headlines that make a page a list of teasers
TEASER_LENGTH = 250  # characters of the longest paragraph of such a page
KEPT_NO_ARTICLE = "kept_no_article"
# The sign and the reasons of rejections by the extracted text. Another extractor may find another
# text, which need not be rejected.
TEASERS_ONLY = "headlines that are links, and no longer text"
BY_TEXT = frozenset({Reason.BOT_CHECK, Reason.SOFT_404, Reason.CONSENT_WALL, Reason.TOO_SHORT})
# The model was trained on pages with more links. A page with fewer is no list and no shop.
FEWEST_LINKS = 10
# Values of `published_source` for dates that are declared and not only shown.
_DECLARED = frozenset({"jsonld", "meta", "microdata"})
SHOP_PATHS = (
    ("product", signs.PRODUCT_PATH),
    ("collection", signs.COLLECTION_PATH),
    ("listing", signs.LISTING_PATH),
    ("service", signs.SERVICE_PATH),
)


@dataclass(frozen=True, slots=True)
class TypeEvidence:
    """The evidence for the type of a page, once its body is extracted and cleaned.

    Attributes:
        paragraphs: the paragraphs of the cleaned text.
        words: the number of words of each paragraph.
    """

    parsed: ParsedPage
    metadata: Metadata
    url: str | None
    title: str | None
    paragraphs: tuple[str, ...]
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The type of a page, and whether it is rejected.

    Attributes:
        page_type: one of `terms.PAGE_TYPES`.
        rejected_reason: the reason why the page is rejected; None if it is loaded.
        sign: the evidence for the rejection, which becomes the ledger's `detail`.
        flags: `maybe_TYPE` if the page is loaded although it may be of another type.
    """

    page_type: str
    rejected_reason: Reason | None = None
    sign: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Return whether the page is rejected with any text: by its markup, address and links."""
        return self.rejected_reason not in {None, *BY_TEXT} and self.sign != TEASERS_ONLY


def judge_page(page: TypeEvidence, settings: ProcessSettings) -> Verdict:
    """Reject a page that is certainly no article, or too short; flag one that may not be one."""
    verdict = _type_of_page(page)
    if verdict.rejected_reason and settings.keep_all:
        verdict = Verdict(verdict.page_type, flags=(KEPT_NO_ARTICLE,))
    words = sum(count for count in page.words if count >= LINE_WORDS)
    if verdict.rejected_reason is None and words < settings.min_words:
        sign = f"{words} words, required are {settings.min_words}"
        return Verdict(verdict.page_type, Reason.TOO_SHORT, sign, verdict.flags)
    return verdict


def _type_of_page(page: TypeEvidence) -> Verdict:
    """Judge a page by its words, then its declared types and address, then the model."""
    notice = _notice(page, sum(page.words))
    if notice:
        return _rejected(*notice)
    verdict = _by_type_and_address(page)
    if verdict.rejected_reason or verdict.flags or _is_dated_article(page.metadata):
        return verdict
    return _by_model(page, verdict)


def _rejected(page_type: str, sign: str) -> Verdict:
    """Return the rejection of a page for its type; the reason has the name of the type."""
    return Verdict(page_type, Reason[page_type.upper()], sign)


def _is_dated_article(metadata: Metadata) -> bool:
    """Return whether the markup declares an article with a date; the model is not asked then."""
    names = (name.rpartition("/")[2] for name in metadata.page_types)
    is_article = {name.lower() for name in names if name[:1].isupper()} & signs.ARTICLE_TYPES
    published = metadata.published
    return bool(is_article) and published is not None and published.source in _DECLARED


def _by_model(page: TypeEvidence, verdict: Verdict) -> Verdict:
    """Reject or flag a page that the model does not take for an article."""
    model = load_model()
    features = page_features(page.parsed, page.metadata, page.url)
    likelihoods = model.likelihoods(features)
    likely = likelihoods[ARTICLE_TYPE]
    if likely >= model.doubt_below or features["tag a"] < log1p(FEWEST_LINKS):
        return verdict
    kind = likeliest_other(likelihoods)
    if likely >= model.reject_below or signs.NEWS_ADDRESS.search(page.url or ""):
        return Verdict(verdict.page_type, flags=(f"maybe_{kind}",))
    return _rejected(kind, f"looks like an article by {likely:.0%} only")


def _notice(page: TypeEvidence, words: int) -> tuple[str, str] | None:
    """Return the type and the sign of a page that was sent instead of the requested one."""
    titles = [title.strip().lower() for title in (page.title, _title_tag(page)) if title]
    text = " ".join(page.paragraphs)[:4_000].lower()
    if words <= NOTICE_WORDS:
        if _matches_any(signs.BOT_CHECK_TITLE, titles) or signs.BOT_CHECK_TEXT.search(text):
            return "bot_check", "title or text of a bot check"
        if _matches_any(signs.SOFT_404_TITLE, titles) or signs.SOFT_404_TEXT.search(text):
            return "soft_404", "title or text of an error page"
    if words <= CONSENT_WORDS and signs.CONSENT_WORD.search(" ".join((*titles, text))):
        return _consent_wall(page, titles, words)
    return None


def _consent_wall(page: TypeEvidence, titles: list[str], words: int) -> tuple[str, str] | None:
    lines = zip(page.paragraphs, page.words, strict=True)
    asking = [count for line, count in lines if signs.CONSENT_TEXT.search(line.lower())]
    share = sum(asking) / max(1, words)
    titled = _matches_any(signs.CONSENT_TITLE, titles)
    if (len(asking) > 1 and share >= CONSENT_SHARE) or (titled and (asking or not words)):
        return "consent_wall", f"{share:.0%} of the words ask for consent"
    return None


def _title_tag(page: TypeEvidence) -> str | None:
    found = page.parsed.tree.css_first("title")
    return found.text() if found else None


def _matches_any(pattern: re.Pattern[str], titles: list[str]) -> bool:
    return any(pattern.fullmatch(title[:200]) for title in titles)


def _by_type_and_address(page: TypeEvidence) -> Verdict:
    types = {name.lower().rpartition("/")[2] for name in page.metadata.page_types}
    is_article = _declares_article(page.metadata, types)
    # The first suspicion decides; the most reliable ones come first.
    for page_type, sign, is_sure in _suspicions(page, types):
        if is_sure or not is_article:
            return _rejected(page_type, sign)
        return Verdict(_type_of_article(page, types), flags=(f"maybe_{page_type}",))
    return Verdict(_type_of_article(page, types))


def _declares_article(metadata: Metadata, types: set[str]) -> bool:
    """Return whether the markup declares an article.

    `article` in og:type counts only with a date, because content systems write it on every page.
    """
    names = (name.rpartition("/")[2] for name in metadata.page_types)
    if {name.lower() for name in names if name[:1].isupper()} & signs.ARTICLE_TYPES:
        return True
    return "article" in types and metadata.is_dated


def _suspicions(page: TypeEvidence, types: set[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield other types that the page may have, as (type, sign, is_sure).

    `is_sure` means that the page is rejected even if it declares an article.
    """
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
            yield kind, TEASERS_ONLY, False
        for page_type, pattern in SHOP_PATHS:
            # Some newsrooms have their stories below `/c/`; the collection of a shop has no date.
            is_dated = page_type == "collection" and page.metadata.is_dated
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


def _is_list_of_teasers(page: TypeEvidence) -> bool:
    """Return whether a page has many linked headlines and no paragraph longer than a teaser."""
    if max(map(len, page.paragraphs), default=0) > TEASER_LENGTH:
        return False
    return linked_headlines(page.parsed.outline) >= TEASERS


def _is_documentation(page: TypeEvidence, host: str, path: str) -> bool:
    if _matches(signs.DOCUMENTATION_HOST, host) or signs.DOCUMENTATION_PATH.search(path):
        return True
    head = page.parsed.tree.head
    generator = head.css_first('meta[name="generator"]') if head is not None else None
    name = generator.attributes.get("content") if generator else None
    return bool(name and signs.DOCUMENTATION_GENERATOR.search(name))


def _matches(pattern: re.Pattern[str], host: str) -> bool:
    return pattern.match(host.removeprefix("www.")) is not None


def _is_front(address: SplitResult) -> bool:
    segments = address.path.lower().strip("/").split("/")
    if len(segments) <= SECTION_SEGMENTS and signs.SECTION_NAMES.issuperset(segments):
        return True
    return not address.query and signs.FRONT_PATH.fullmatch(address.path) is not None


def _type_of_article(page: TypeEvidence, types: set[str]) -> str:
    path = parts_of(page.url).path
    if "liveblogposting" in types or signs.LIVE_PATH.search(path):
        return "live"
    if types & {"imagegallery", "mediagallery"} or signs.GALLERY_PATH.search(path):
        return "gallery"
    if any(name.startswith("video.") for name in types) or signs.VIDEO_PATH.search(path):
        return "video"
    return "article"
