"""The invented stories that fill the data sets, and what is expected of each set."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.pipeline.archives import story

_FIRST_DAY = date(2016, 12, 27)


@dataclass(frozen=True, slots=True)
class Item:
    """A story with the label that a data set gives it.

    Attributes:
        number: no two stories of a set are alike.
        label: a class, a topic, a split, or whatever else the set is made for.
    """

    number: int
    label: str

    @property
    def title(self) -> str:
        return f"District {self.number} of Varnhaven votes on its harbour"

    @property
    def paragraphs(self) -> list[str]:
        return story(self.number, 3).split("\n\n")

    @property
    def text(self) -> str:
        """Return the story on one line."""
        return " ".join(self.paragraphs)

    @property
    def statement(self) -> str:
        """Return a text with quotes, which tables without quoting do not protect."""
        return f'"The "old" harbour: {self.paragraphs[0]}'

    @property
    def summary(self) -> str:
        return f"Varnhaven's district {self.number} decides."

    @property
    def url(self) -> str:
        return f"https://www.varnhaven.example/{self.number}/harbour-vote"

    @property
    def day(self) -> date:
        """Return a date; neighbouring stories have days on both sides of the 12th."""
        return _FIRST_DAY + timedelta(days=9 * self.number)


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set, and how it is ingested.

    Attributes:
        write: writes the files for these stories into a folder.
        command: what a user types in this folder, as `docs/formats.md` shows it.
        labels: the labels of its stories, in their order.
        label: the expression of SQL that gives the label of an article.
        text: the text of an article; line breaks are not compared.
        others: the reasons of other rows, such as those of files that explain the set.
    """

    name: str
    write: Callable[[Path, Sequence[Item]], None]
    command: str
    labels: tuple[str, ...]
    label: str
    has_title: bool = True
    has_date: bool = True
    text: Callable[[Item], str] = lambda item: item.text
    others: tuple[str, ...] = ()

    @property
    def items(self) -> list[Item]:
        return [Item(number, label) for number, label in enumerate(self.labels, 1)]


def parts(items: Sequence[Item], *names: str) -> Iterator[tuple[str, Sequence[Item]]]:
    """Yield stories dealt out to the files of a set, such as its splits."""
    for number, name in enumerate(names):
        yield name, items[number :: len(names)]
