"""What is fuzzed: each target has good inputs, mutations that know its format, and a check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz import lists, parsing, samples, structures
from tests.fuzz.mutations import Mutation, mutate
from tests.fuzz.reading import Check, Reading


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what strangers wrote.

    Attributes:
        seeds: gives good inputs.
        forge: mutations that know the format.
        seconds: of processor time that an input may take; linear work on the largest takes less.
        known: a library that is known to be slow on hostile input, and is called in a process
            that may be killed for it.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    check: Check
    forge: tuple[Mutation, ...] = ()
    seconds: float = 2.0
    known: str = ""

    def input(self, seed: int) -> bytes:
        """Make the input of a seed; the same for the same seed."""
        chance = Random(f"{self.name} {seed}")
        good = chance.choice(self.seeds())
        return mutate(chance, good, samples.everything(), self.forge)

    def run(self, seed: int, data: bytes) -> None:
        """Check an input; raise whatever is wrong."""
        self.check(data, Random(f"check {self.name} {seed}"))


def _read(*suffixes: str) -> Reading:
    return Reading((*suffixes, suffixes[0], suffixes[0], "", ".html", ".txt", ".jsonl", ".csv"))


def _encoded() -> Sequence[bytes]:
    return parsing.encoded_bodies(samples.page(1))


TARGETS = {
    target.name: target
    for target in (
        Target("feed", lists.feeds, parsing.check_feed, seconds=4.0, known="feedparser"),
        Target("sitemap", lists.sitemaps, parsing.check_sitemap, known="feedparser"),
        Target("links", samples.pages, parsing.check_links),
        Target("robots", lambda: (lists.ROBOTS,), parsing.check_robots),
        Target("tdmrep", lambda: (lists.TDMREP,), parsing.check_tdmrep),
        Target("opml", lambda: (lists.OPML,), parsing.check_opml),
        Target("encoded", _encoded, parsing.check_encoded, (structures.forge_gzip,)),
        Target("address", lists.addresses, parsing.check_address),
        Target("warc", samples.plain_warcs, _read(".warc"), (structures.forge_warc,)),
        Target(
            "warc.gz",
            samples.gzip_warcs,
            _read(".warc.gz", ".gz"),
            (structures.within_gzip, structures.within_gzip, structures.forge_gzip),
        ),
        Target("zip", samples.zips, _read(".zip"), (structures.forge_zip, structures.rename_zip)),
        Target(
            "tar",
            samples.tars,
            _read(".tar"),
            (structures.forge_tar, structures.forge_pax),
            # Its search in pax headers is quadratic before Python 3.11.10 (CVE-2024-6232).
            known="tarfile.py",
        ),
        Target(
            "compressed",
            samples.compressed,
            _read(".gz", ".jsonl.gz", ".bz2", ".xz", ".zst"),
            (structures.forge_gzip, structures.within_gzip),
        ),
        Target("json", samples.json_files, _read(".json", ".jsonl")),
        Target("csv", samples.csv_files, _read(".csv", ".tsv")),
        Target("parquet", samples.parquet_files, _read(".parquet"), (structures.forge_parquet,)),
        Target("page-file", samples.pages, _read(".html", ".htm")),
        Target("page", samples.pages, parsing.check_page, seconds=8.0),
        Target("text", samples.texts, parsing.check_text, seconds=4.0),
    )
}
