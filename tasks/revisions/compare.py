"""The comparison of two versions of an article: the rows of `revisions` and `revision_changes`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from tasks.boilerplate.remove import BORDER
from tasks.revisions.notes import is_note
from tasks.revisions.paragraphs import ComparedParagraph, compare_paragraphs
from tasks.revisions.words import count_words, typographic_key

PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class VersionContent:
    """The columns of a version of an article that are compared.

    Attributes:
        learned_lines: the boilerplate lines that were removed from its text.
    """

    title: str | None
    text: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_date: date | None = None
    modified_at: datetime | None = None
    learned_lines: tuple[str, ...] = ()

    def paragraphs(self, without: Collection[str]) -> list[str]:
        """Return the paragraphs of the text except some lines."""
        return [line for line in self.text.split(BORDER) if line and line not in without]


@dataclass(frozen=True)
class Revision:
    """The differences between two versions of an article.

    Attributes:
        paragraphs: the paragraphs of both texts in reading order, kept ones included.
    """

    old: VersionContent
    new: VersionContent
    paragraphs: tuple[ComparedParagraph, ...]

    @property
    def title_changed(self) -> bool:
        return typographic_key(self.old.title or "") != typographic_key(self.new.title or "")

    @property
    def text_changed(self) -> bool:
        return any(paragraph.operation != "keep" for paragraph in self.paragraphs)

    @property
    def authors_changed(self) -> bool:
        return sorted(self.old.authors) != sorted(self.new.authors)

    @property
    def date_changed(self) -> bool:
        """Return whether the date of publication changed, not that of the last change."""
        old, new = self.old, self.new
        return (old.published_at, old.published_date) != (new.published_at, new.published_date)

    @property
    def moved(self) -> bool:
        return any(paragraph.operation == "move" for paragraph in self.paragraphs)

    @property
    def note_added(self) -> bool:
        """Return whether a note about a correction was added to the text, or changed."""
        return any(is_note(text) for text in self._added if text)

    @property
    def words_added(self) -> int:
        return self._words[0]

    @property
    def words_removed(self) -> int:
        return self._words[1]

    @property
    def similarity(self) -> float:
        """Return the share of the words of both texts that stayed, 0 to 1."""
        return self._words[2]

    def is_silent(self, change_reason: str | None) -> bool | None:
        """Return whether the publisher changed the text without telling; None for other reasons.

        The publisher tells by a note in the text, or by a new date of the last change.
        """
        if change_reason != PUBLISHER:
            return None
        modified = self.new.modified_at
        is_dated = modified is not None and modified != self.old.modified_at
        return self.text_changed and not self.note_added and not is_dated

    @property
    def _added(self) -> Iterable[str | None]:
        """Yield the texts of new paragraphs, and the words added to rewritten ones."""
        for paragraph in self.paragraphs:
            if paragraph.operation in ("insert", "replace"):
                yield paragraph.new
                yield from (run.text for run in paragraph.words if run.operation == "insert")

    @cached_property
    def _words(self) -> tuple[int, int, float]:
        """Return the number of words added and removed, and the share of those that stayed."""
        added = removed = kept = 0.0
        for paragraph in self.paragraphs:
            if paragraph.words:
                for run in paragraph.words:
                    number = count_words(run.text)
                    added += number if run.operation == "insert" else 0
                    removed += number if run.operation == "delete" else 0
                    kept += number if run.operation == "keep" else 0
            elif paragraph.operation == "insert":
                added += count_words(paragraph.new or "")
            elif paragraph.operation == "delete":
                removed += count_words(paragraph.old or "")
            else:
                kept += count_words(paragraph.new or "")
        total = 2 * kept + added + removed
        return round(added), round(removed), 2 * kept / total if total else 1.0


def compare(old: VersionContent, new: VersionContent) -> Revision:
    """Return the differences between two versions.

    White space, kinds of quotation marks and boilerplate lines that were removed from either of
    them make no difference.
    """
    learned = {*old.learned_lines, *new.learned_lines}
    paragraphs = compare_paragraphs(old.paragraphs(learned), new.paragraphs(learned))
    return Revision(old, new, paragraphs)
