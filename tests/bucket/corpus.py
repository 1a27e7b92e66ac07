"""A small corpus whose lake is also in a bucket, for tests of its readers."""

from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from tests.articles import article
from tests.bucket.lakes import pushed, settings_of
from tests.bucket.service import ObjectService
from tests.pipeline.nights import Nights

TEXT = "The ferry leaves at seven on Monday, the council’s harbour board said."


@dataclass(frozen=True, slots=True)
class Corpus:
    """A warehouse that was pushed, with three articles of which one was revised."""

    nights: Nights
    settings: Settings
    objects: ObjectService

    @property
    def text(self) -> str:
        """Return the text of the first article, as the warehouse has it."""
        [[text]] = self.nights.ask("select text from articles where url like '%/1'")
        return str(text)


def pushed_corpus(objects: ObjectService, catalog: str, folder: Path) -> Corpus:
    """Load a corpus and push it."""
    nights = Nights(folder / "news")
    for number, text in ((1, "Another text, which was revised."), (1, TEXT), (2, TEXT), (3, TEXT)):
        address = f"https://courier.example/{number}"
        words = text if number == 1 else f"{text} It is the ferry number {number}."
        nights.load(article(address, words, position=number, day=11))
    settings = settings_of(objects, catalog, nights.folder)
    pushed(settings)
    return Corpus(nights, settings, objects)
