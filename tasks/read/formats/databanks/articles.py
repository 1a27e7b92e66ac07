"""The parts of a databank's download: articles, unreadable documents, and the declared count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.read.place import Place
from tasks.reasons import Reason
from tasks.records import Declared, Dropped, RawDocument


@dataclass(frozen=True, slots=True)
class DownloadArticle:
    """One article of a download, with its fields as written.

    Attributes:
        number: number of the article in the download; None if the download has no numbers.
        paragraphs: text of the article, without the lines that the databank adds.
        published: date in ISO 8601 if it could be read, otherwise as written.
        extra: fields that have no attribute here, by names in snake_case.
    """

    title: str | None
    paragraphs: tuple[str, ...]
    number: int | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    publication: str | None = None
    section: str | None = None
    description: str | None = None
    language: str | None = None
    url: str | None = None
    keywords: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrokenDocument:
    """A document of a download that cannot be read as an article.

    Attributes:
        too_large: whether it is dropped for its size, and not for damage.
    """

    detail: str
    number: int | None = None
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class HeadlineOnly:
    """A document of which the download contains only the headline."""

    detail: str


@dataclass(frozen=True, slots=True)
class DeclaredCount:
    """The documents that a download declares: those with the numbers from `first` to `last`.

    Attributes:
        titles: titles in the table of contents; empty if there is none.
    """

    last: int
    first: int = 1
    titles: tuple[str, ...] = ()


DownloadPart = DownloadArticle | BrokenDocument | HeadlineOnly | DeclaredCount


def article_outcome(
    article: DownloadArticle, place: Place, suffix: str
) -> Iterator[RawDocument | Dropped]:
    """Yield an article as a raw document, or its row if it has no text or too much of it.

    Args:
        suffix: what its locator has behind that of the file, such as `#document=3`.
    """
    body = "\n\n".join(article.paragraphs).encode("utf-8", "replace")
    if not body.strip() or len(body) > place.settings.document_bytes:
        reason = Reason.TOO_LARGE if body.strip() else Reason.NO_TEXT
        yield from place.drop(reason, article.title, suffix=suffix)
        return
    position = place.tally.claim()
    if position is not None:
        yield RawDocument(
            locator=place.locator + suffix,
            position=position,
            media="text",
            body=body,
            charset="utf-8",
            url=article.url,
            declared=_declared(article),
        )


def _declared(article: DownloadArticle) -> Declared:
    return Declared(
        title=article.title,
        description=article.description,
        authors=article.authors,
        published=article.published,
        language=article.language,
        publication=article.publication,
        section=article.section,
        keywords=article.keywords,
        extra=dict(article.extra),
    )
