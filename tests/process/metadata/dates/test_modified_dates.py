"""The date of a change is never taken for the date of publication."""

from datetime import UTC, date, datetime

import pytest

from tasks.process.document import process_document
from tasks.process.metadata.sources import META_MODIFIED
from tasks.records import Article, Declared, RawDocument
from tests.process.metadata.pages import SETTINGS, jsonld, metadata_of, published

CHANGED = "2024-05-03T10:30:00Z"
CHANGED_AT = datetime(2024, 5, 3, 10, 30, tzinfo=UTC)
MODIFIED = jsonld(dateModified=CHANGED)
HEADLINE = "<h1>Ferry returns</h1>"


@pytest.mark.parametrize(
    "html",
    [
        MODIFIED,
        MODIFIED.replace("NewsArticle", "WebPage"),
        f'<span itemprop="dateModified">{CHANGED}</span>',
        f'<meta itemprop="dateModified" content="{CHANGED}">',
        f'<time itemprop="dateModified" datetime="{CHANGED}">May 3</time>',
        f'<time property="schema:dateModified" datetime="{CHANGED}">May 3</time>',
        *(f'<meta name="{name}" content="{CHANGED}">' for name in META_MODIFIED),
        f'<meta http-equiv="Last-Modified" content="{CHANGED}">',
    ],
)
def test_a_declared_change_is_kept_as_a_change_and_not_chosen(html: str) -> None:
    metadata = metadata_of(html + HEADLINE + "<p>The boat is back.</p>")
    assert metadata.published is None
    assert metadata.modified_at == CHANGED_AT


@pytest.mark.parametrize(
    "html",
    [
        f'<p>Updated <time datetime="{CHANGED}">May 3, 2024</time></p>',
        f'<p><b>Last modified:</b> <time datetime="{CHANGED}">May 3, 2024</time></p>',
        f'<p>Aktualisiert am <time datetime="{CHANGED}">3. Mai 2024</time></p>',
        f'<p><time datetime="{CHANGED}">May 3, 2024</time> (updated)</p>',
        f'<time class="entry-updated" datetime="{CHANGED}">May 3, 2024</time>',
        "<p><span>Updated</span> <span class='date'>May 3, 2024</span></p>",
        "<p>Updated 10:30 AM EDT, Fri May 3, 2024</p>",
        "<p>Last updated at 10.30, 3 May 2024</p>",
        "<p>May 3, 2024 (updated)</p>",
        "<p>Dernière mise à jour : 3 mai 2024 à 10h30</p>",
        "<p>Zuletzt geändert: 3. Mai 2024</p>",
        "<p>Última actualización: 3 de mayo de 2024</p>",
        "<p>Última atualização: 3 de maio de 2024</p>",
        "<p>Ultimo aggiornamento: 3 maggio 2024</p>",
        "<p>Laatst gewijzigd: 3 mei 2024</p>",
        "<p>Senast ändrad: 3 maj 2024</p>",
        "<p>Ostatnia aktualizacja: 3 maja 2024</p>",
        "<p>Обновлено: 3 мая 2024</p>",
        "<p>更新：2024年5月3日</p>",
        "<p>最終更新日 2024年5月3日</p>",
    ],
)
@pytest.mark.parametrize("filler", ["", "<p>Seagulls do not read the newspaper at all.</p>" * 20])
def test_a_printed_date_with_a_label_of_change_is_not_chosen(html: str, filler: str) -> None:
    assert metadata_of(HEADLINE + filler + html + "<p>The boat is back.</p>").published is None


def test_the_label_of_one_date_does_not_apply_to_the_next() -> None:
    page = (
        f'{HEADLINE}<p>Updated <time datetime="{CHANGED}">May 3, 2024</time> '
        '<time datetime="2024-05-01T08:00:00Z">May 1, 2024</time></p>'
    )
    assert published(metadata_of(page)).day == date(2024, 5, 1)


@pytest.mark.parametrize(
    "html",
    [
        jsonld(datePublished="2024-05-03", dateModified=CHANGED),
        jsonld(datePublished="2024-05-03")
        + f'<meta property="article:modified_time" content="{CHANGED}">',
        jsonld(datePublished="2024-05-03") + f'{HEADLINE}<time class="updated">{CHANGED}</time>',
        jsonld(datePublished="2024-05-03", dateModified=CHANGED)
        + f'{HEADLINE}<time datetime="{CHANGED}">May 3</time>',
        jsonld(datePublished="2024-05-03", dateModified="2024-05-03")
        + f'<meta name="lastmod" content="{CHANGED}">{HEADLINE}<time datetime="{CHANGED}">x</time>',
    ],
)
def test_the_time_of_a_change_is_not_added_to_the_day_of_publication(html: str) -> None:
    found = published(metadata_of(html))
    assert (found.day, found.instant, found.precision) == (date(2024, 5, 3), None, "day")


def test_a_change_does_not_correct_the_day_of_publication() -> None:
    page = jsonld(datePublished="2024-05-02T03:30:00Z", dateModified="2024-05-01T22:30:00-05:00")
    assert published(metadata_of(page)).day == date(2024, 5, 2)


@pytest.mark.parametrize(
    "html",
    [
        f'<time datetime="{CHANGED}">May 3</time>',
        f'<meta name="date" content="{CHANGED}">',
        "<p>May 3, 2024 10:30 UTC</p>",
    ],
)
def test_an_unlabelled_time_that_is_the_declared_change_is_not_chosen(html: str) -> None:
    assert metadata_of(MODIFIED + HEADLINE + html).published is None


@pytest.mark.parametrize(
    "html",
    [
        jsonld(datePublished=CHANGED, dateModified=CHANGED),
        MODIFIED + HEADLINE + "<p>Published May 3, 2024 10:30 UTC</p>",
        jsonld(datePublished="2024-05-03 10:30:00", dateModified="2024-05-03 10:30:00")
        + f'<meta name="date" content="{CHANGED}"><meta name="last-modified" content="{CHANGED}">',
        f'{HEADLINE}<time class="entry-date published updated" datetime="{CHANGED}">May 3</time>',
        f'{HEADLINE}<p>Last updated: <time class="published" datetime="{CHANGED}">May 3</time></p>',
    ],
)
def test_a_page_that_was_never_changed_keeps_its_time_of_publication(html: str) -> None:
    assert published(metadata_of(html)).instant == CHANGED_AT


def test_the_last_modified_header_is_not_chosen() -> None:
    headers = (("last-modified", "Fri, 03 May 2024 10:30:00 GMT"), ("date", "Fri, 03 May 2024"))
    metadata = metadata_of(HEADLINE + "<p>The boat is back.</p>", headers=headers)
    assert (metadata.published, metadata.date_candidates) == (None, ())


def test_the_change_that_an_archive_or_a_list_declares_is_not_chosen() -> None:
    text = "The boat left the harbour at nine today. " * 20
    for declared in (Declared(modified=CHANGED), Declared(modified=CHANGED, origin="feed")):
        for media, body in (("text", text), ("html", f"<h1>Ferry returns</h1><p>{text}</p>")):
            document = RawDocument("a", 1, media, body.encode(), declared=declared)  # type: ignore[arg-type]
            article = process_document(document, SETTINGS)
            assert isinstance(article, Article)
            assert (article.published_at, article.published_date) == (None, None)


@pytest.mark.parametrize(
    ("other", "flags"), [("2024-05-02", ()), ("2024-05-03", ("date_conflict",))]
)
def test_declared_dates_conflict_if_they_are_more_than_a_day_apart(
    other: str, flags: tuple[str, ...]
) -> None:
    for first, second in (("2024-05-01", other), (other, "2024-05-01")):
        page = jsonld(datePublished=first) + f'<meta name="pubdate" content="{second}">'
        assert metadata_of(page).flags == flags


@pytest.mark.parametrize(("url", "day"), [("05/01", 1), ("05/02", 2), ("04/30", 2), ("05/04", 2)])
def test_the_url_corrects_a_day_in_utc_by_at_most_one_day(url: str, day: int) -> None:
    month, number = map(int, url.split("/"))
    page = jsonld(datePublished="2024-05-02T03:30:00Z") + (
        f"{HEADLINE}<p>{['April', 'May'][month - 4]} {number}, 2024</p>"
    )
    found = published(metadata_of(page, url=f"https://herald.example/2024/{url}/ferry"))
    assert found.day == date(2024, 5, day)


@pytest.mark.parametrize(("printed", "is_older"), [("May 4, 2023", False), ("May 3, 2023", True)])
def test_a_printed_date_is_chosen_if_it_is_more_than_180_days_older(
    printed: str, is_older: bool
) -> None:
    stamp = '<meta property="article:published_time" content="2023-10-31T10:00:00Z">'
    found = published(metadata_of(f"{stamp}{HEADLINE}<p>{printed}</p>"))
    assert (found.day.year == 2023 and found.day.month == 5) is is_older  # type: ignore[union-attr]
