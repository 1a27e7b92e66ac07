"""Pages are judged by their texts, declared types and addresses, and rejected or loaded."""

from dataclasses import replace
from typing import Any

import pytest

from config.settings import load_settings
from tasks.process import terms
from tasks.process.access import access_state
from tasks.process.markup.parse import parse
from tasks.process.metadata.model import Metadata
from tasks.process.page_type.judge import TypeEvidence, Verdict, judge_page
from tasks.reasons import Reason
from tasks.records import DateCandidate
from tasks.web.fingerprint import word_count
from tests.process.pages import SENTENCES, story

SETTINGS = load_settings().process
ARTICLE = TypeEvidence(
    parsed=parse(story()),
    metadata=Metadata(title="Nordholm rebuilds its pier", page_types=("NewsArticle",)),
    url="https://courier.example/2024/03/01/nordholm-rebuilds-its-pier",
    title="Nordholm rebuilds its pier",
    paragraphs=SENTENCES,
    words=tuple(map(word_count, SENTENCES)),
)


def changed(page: TypeEvidence, **changes: Any) -> TypeEvidence:
    """Return a page with changed evidence; the word counts follow its paragraphs."""
    page = replace(page, **changes)
    return replace(page, words=tuple(map(word_count, page.paragraphs)))


BARE = changed(ARTICLE, metadata=Metadata(title=ARTICLE.title))
PUBLISHED = DateCandidate("meta", "meta[date]", "2024-03-01", None, None, "day", "chosen")


def verdict(page: TypeEvidence) -> Verdict:
    found = judge_page(page, SETTINGS)
    assert found.page_type in terms.PAGE_TYPES
    assert found.rejected_reason is None or isinstance(found.rejected_reason, Reason)
    assert set(found.flags) <= set(terms.QUALITY_FLAGS)
    return found


def test_a_story_is_an_article_with_and_without_markup() -> None:
    assert verdict(ARTICLE) == Verdict("article")
    assert verdict(BARE) == Verdict("article")
    assert verdict(changed(BARE, url=None)) == Verdict("article")


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("404 - Page not found | Courier", "The link may be broken."),
        ("Seite nicht gefunden", "Leider ist hier nichts."),
        ("Courier", "Sorry, the page you are looking for has been moved or deleted."),
        ("Page introuvable", "Retournez à l’accueil."),
        ("Página no encontrada - El Faro", "Vuelva a la portada."),
        ("Pagina non trovata", "Torna alla home."),
        ("Página não encontrada", "Volte ao início."),
        ("Pagina niet gevonden", "Ga terug."),
    ],
)
def test_a_page_that_reports_a_missing_page_is_a_soft_404(title: str, text: str) -> None:
    found = verdict(changed(ARTICLE, title=title, paragraphs=(text,)))
    assert found.rejected_reason == "soft_404"


def test_a_long_story_about_missing_pages_is_an_article() -> None:
    page = changed(ARTICLE, title="404: the page that nobody found", paragraphs=SENTENCES * 3)
    assert verdict(page).rejected_reason is None


@pytest.mark.parametrize("title", ["Just a moment...", "Access denied", "Are you a robot?"])
def test_a_bot_check_is_rejected(title: str) -> None:
    page = changed(BARE, title=title, paragraphs=("Enable JavaScript and cookies to continue",))
    assert verdict(page).rejected_reason == "bot_check"


@pytest.mark.parametrize(
    "paragraphs",
    [
        (
            "We value your privacy.",
            "We and our 512 partners store cookies on your device to process personal data.",
            "Click accept all to give your consent, or manage your privacy settings.",
        ),
        (
            "Um diese Seite zu lesen, benötigen wir Ihre Einwilligung zu Cookies und Tracking.",
            "Unsere 120 Partner verarbeiten personenbezogene Daten für personalisierte Werbung.",
        ),
    ],
)
def test_a_consent_wall_is_rejected(paragraphs: tuple[str, ...]) -> None:
    assert verdict(changed(BARE, paragraphs=paragraphs)).rejected_reason == "consent_wall"


def test_a_story_with_a_cookie_notice_below_is_an_article() -> None:
    page = changed(BARE, paragraphs=(*SENTENCES, "We use cookies and ask for your consent."))
    assert verdict(page) == Verdict("article")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://courier.example/", "section_front"),
        ("https://courier.example/index.html", "section_front"),
        ("https://courier.example/de/", "section_front"),
        ("https://courier.example/news/politics/", "section_front"),
        ("https://courier.example/tag/pier", "listing"),
        ("https://courier.example/category/harbours/page/3", "listing"),
        ("https://wiki.example/wiki/List_of_piers", "listing"),
        ("https://shop.example/collections/piers", "collection"),
        ("https://shop.example/product/123/pier-lamp", "product"),
        ("https://pierworks.example/services/pier-building", "service"),
        ("https://forum.example/threads/which-pier.12/", "forum"),
        ("https://docs.pierkit.example/install", "documentation"),
    ],
)
def test_addresses_of_other_page_types_are_rejected_unless_the_page_declares_an_article(
    url: str, reason: str
) -> None:
    assert verdict(changed(BARE, url=url)).rejected_reason == reason
    declared = verdict(changed(ARTICLE, url=url))
    assert declared.flags == (f"maybe_{reason}",) or declared.rejected_reason == "listing"


@pytest.mark.parametrize(
    "url",
    [
        "https://courier.example/news/politics/nordholm-rebuilds-its-pier",
        "https://courier.example/service/news/which-ferry-runs-when-12345",
        "https://courier.example/pier",
        "https://courier.example/?p=1234",
        "https://courier.example/blog/best-ferry-services",
    ],
)
def test_addresses_of_stories_are_not_rejected(url: str) -> None:
    assert verdict(changed(BARE, url=url)) == Verdict("article")


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        (("Product", "product"), "product"),
        (("product.group",), "collection"),
        (("CollectionPage", "website"), "listing"),
        (("https://schema.org/QAPage",), "forum"),
    ],
)
def test_declared_types_are_believed(types: tuple[str, ...], reason: str) -> None:
    page = changed(BARE, metadata=Metadata(page_types=types))
    assert verdict(page).rejected_reason == reason


def test_og_type_article_counts_only_with_a_date() -> None:
    url = "https://pierworks.example/services/pier-building"
    undated = changed(BARE, url=url, metadata=Metadata(page_types=("article",)))
    dated = changed(undated, metadata=Metadata(page_types=("article",), published=PUBLISHED))
    assert verdict(undated).rejected_reason == "service"
    assert verdict(dated).flags == ("maybe_service",)


def test_keep_all_loads_other_pages_with_their_type_and_a_flag() -> None:
    product = changed(BARE, metadata=Metadata(page_types=("Product",)))
    settings = SETTINGS.model_copy(update={"keep_all": True})
    assert judge_page(product, settings) == Verdict("product", flags=("kept_no_article",))
    empty = judge_page(changed(product, paragraphs=()), settings)
    assert (empty.page_type, empty.rejected_reason) == ("product", "too_short")


@pytest.mark.parametrize(
    ("types", "url", "page_type"),
    [
        (("LiveBlogPosting",), "https://courier.example/pier", "live"),
        (("NewsArticle",), "https://courier.example/live/2024/pier-opens", "live"),
        (("NewsArticle",), "https://courier.example/isles/live-news-pier", "live"),
        (("NewsArticle",), "https://courier.example/live-healthy/teeth", "article"),
        (("NewsArticle",), "https://courier.example/live-music-returns", "article"),
        (("ImageGallery", "NewsArticle"), "https://courier.example/pier", "gallery"),
        (("video.other",), "https://courier.example/pier", "video"),
    ],
)
def test_live_pages_galleries_and_videos_are_loaded_with_their_type(
    types: tuple[str, ...], url: str, page_type: str
) -> None:
    page = changed(BARE, url=url, metadata=Metadata(page_types=types))
    assert verdict(page) == Verdict(page_type)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://courier.example/isles/", "section_front"),
        ("https://courier.example/194420/three-hurt-on-the-coast-road.html", None),
    ],
)
def test_a_page_of_teasers_is_a_section_front_unless_its_address_is_that_of_a_story(
    url: str, reason: str | None
) -> None:
    teasers = "".join(f"<h2><a href='/news/{n}'>Seal {n} stops the tram</a></h2>" for n in range(8))
    lines = ("Three people were hurt where the coast road meets the pier on Monday night.",) * 4
    page = changed(BARE, url=url, parsed=parse(teasers), paragraphs=lines)
    assert verdict(page).rejected_reason == reason


def test_menu_lines_do_not_count_towards_the_length_of_a_text() -> None:
    menu = ("Harbour news", "Town", "The isles", "People", "Sport", "What's on", "Contact") * 4
    note = changed(ARTICLE, paragraphs=(*menu, "Fog from eight. The horn will sound. Stay in."))
    assert verdict(note).rejected_reason == "too_short"


def test_short_texts_are_rejected_and_scripts_without_spaces_are_counted_by_characters() -> None:
    short = verdict(changed(ARTICLE, paragraphs=("A pier.",)))
    assert (short.rejected_reason, short.sign) == ("too_short", "0 words, required are 25")
    japanese = "港の評議会は月曜日に古い桟橋について話し合い、" + "春に工事を始める。" * 5
    assert verdict(changed(ARTICLE, paragraphs=(japanese,))).rejected_reason is None


@pytest.mark.parametrize(
    ("free", "paragraphs", "state"),
    [
        (None, SENTENCES, "unknown"),
        (True, SENTENCES, "full"),
        (False, SENTENCES[:1], "paywalled"),
        (False, SENTENCES * 5, "unknown"),
        (None, (*SENTENCES, "Subscribe to continue reading."), "truncated"),
        (None, (*SENTENCES, "Jetzt abonnieren und weiterlesen"), "truncated"),
        (None, (*SENTENCES * 8, "Subscribe to continue reading."), "unknown"),
        (None, (*SENTENCES, "Cet article est réservé aux abonnés"), "truncated"),
    ],
)
def test_access_follows_from_declarations_and_invitations_to_subscribe(
    free: bool | None, paragraphs: tuple[str, ...], state: str
) -> None:
    words = sum(map(word_count, paragraphs))
    found = access_state(parse(story()), Metadata(free_to_read=free), paragraphs, words)
    assert found == state
    assert found in terms.ACCESS_STATES


def test_a_short_text_before_a_wall_is_truncated() -> None:
    page = parse(story('<div class="paywall">Offers</div>'))
    assert access_state(page, Metadata(), SENTENCES[:1], 12) == "truncated"


def test_a_rejection_is_settled_unless_another_text_could_change_it() -> None:
    settled = verdict(changed(BARE, url="https://shop.example/product/123/pier-lamp"))
    assert settled.rejected_reason == "product"
    assert settled.is_settled
    links = "".join(f'<h3><a href="/{n}">Ferry {n} is late</a></h3>' for n in range(9))
    teasers = changed(BARE, parsed=parse(story(links)), url="https://a.example/x", paragraphs=())
    for page, reason in (
        (teasers, "section_front"),
        (changed(BARE, title="Page introuvable", paragraphs=("Retournez.",)), "soft_404"),
        (changed(BARE, paragraphs=("Short.",)), "too_short"),
        (BARE, None),
    ):
        found = verdict(page)
        assert (found.rejected_reason, found.is_settled) == (reason, False)
