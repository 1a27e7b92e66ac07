"""The targets of fuzzing, each with good inputs, mutations that know its format, and a check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz import documents, lists, parsing, samples, structures
from tests.fuzz.mutations import Mutation, mutate
from tests.fuzz.reading import Check, Reading


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of untrusted input that is to be fuzzed.

    Attributes:
        seeds: returns good inputs.
        forge: mutations that know the format.
        seconds: the processor time that an input may take. Linear work on the largest input takes
            less.
        known: a library that is known to be slow on hostile input. Broadsheet calls it in a process
            that it may kill.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    check: Check
    forge: tuple[Mutation, ...] = ()
    seconds: float = 2.0
    known: str = ""

    def input(self, seed: int) -> bytes:
        """Make the input of a seed, which is the same every time."""
        chance = Random(f"{self.name} {seed}")
        good = chance.choice(self.seeds())
        return mutate(chance, good, samples.everything(), self.forge)

    def run(self, seed: int, data: bytes) -> None:
        """Check an input; any error that is raised is a failure."""
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
        Target("arc", samples.arcs, _read(".arc", ".arc.gz"), (structures.within_gzip,)),
        Target("wet", samples.wets, _read(".warc.wet", ".warc.wet.gz"), (structures.forge_warc,)),
        Target("saved", samples.saved_pages, _read(".mhtml", ".webarchive", ".html")),
        Target("pdf", documents.pdfs, _read(".pdf"), seconds=20.0),
        Target(
            "office",
            documents.packages,
            _read(".odt", ".ods", ".xlsx", ".docx"),
            (structures.forge_zip, structures.within_zip, structures.within_zip),
        ),
        Target("sqlite", documents.databases, _read(".db", ".sqlite")),
        Target("downloads", documents.downloads, _read(".html", ".txt", ".rtf", ".xml", ".sgm")),
        Target("statistics", documents.data_files, _read(".sav", ".dta", ".por"), seconds=4.0),
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
            seconds=12.0,  # 60 KB may unpack to 8 MB of short lines, each of which has an outcome
        ),
        # 60 KB may be 60,000 values that are no rows, each of which has an outcome.
        Target("json", samples.json_files, _read(".json", ".jsonl"), seconds=8.0),
        Target("csv", samples.csv_files, _read(".csv", ".tsv")),
        Target("parquet", samples.parquet_files, _read(".parquet"), (structures.forge_parquet,)),
        Target("page-file", samples.pages, _read(".html", ".htm")),
        Target("page", samples.pages, parsing.check_page, seconds=8.0),
        Target("text", samples.texts, parsing.check_text, seconds=4.0),
    )
}
