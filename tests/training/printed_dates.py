"""Measure how often printed dates are right: `python -m tests.training.printed_dates`.

A page's declared dates are withheld, so that nearly every dated page of the corpora is a case. Each
printed date has a category (`tasks/process/metadata/dates/printed.py`). A category is believed if
its dates are right often enough on the publishers of four folds. The precision and recall on the
publishers of the fifth fold and the counts per category are written to `printed_dates.json` in this
folder.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType

from config.settings import load_settings
from tasks.process.markup.parse import parse
from tasks.process.metadata.dates.candidates import declared_dates
from tasks.process.metadata.dates.choice import best_of, collect_dates, read_dates
from tasks.process.metadata.dates.printed import BELIEVED, place_categories
from tasks.process.metadata.evidence import PageEvidence
from tasks.process.metadata.page import PageContext, gather_evidence
from tasks.web.charset import decode
from tests.training.corpus import CORPORA, FOLDS

REPORT = Path(__file__).with_name("printed_dates.json")
# A category is believed from this share of right pages on. It is smoothed towards the mean of
# all categories, as if four more pages had been seen, so that two pages do not decide alone.
LEAST_SHARE = 0.85
MEAN_SHARE, MEAN_PAGES = 0.92, 4


@dataclass(frozen=True, slots=True)
class Case:
    """A page whose date is known.

    Attributes:
        day: as the gold has it, `YYYY-MM-DD` or `YYYY-MM`.
        is_silent: the page declares no date of publication; its printed one is needed.
    """

    publisher: str
    day: str
    evidence: PageEvidence
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """The printed date chosen on a page: its category, and whether it is right."""

    category: str
    is_right: bool


def read_cases(corpora: Path) -> Iterator[Case]:
    """Yield the pages of the corpora that have a gold date."""
    for suite in CORPORA:
        golds = map(json.loads, (corpora / suite / "gold.jsonl").open("rb"))
        with (corpora / suite / "pages.warc.gz").open("rb") as stream:
            records = ArchiveIterator(stream, record_types=WarcRecordType.response)
            for gold, record in zip(golds, records, strict=True):
                if gold.get("date"):
                    yield _case(gold, record)


def _case(gold: dict[str, Any], record: Any) -> Case:
    _, _, charset = (record.http_headers.get("Content-Type") or "").partition("charset=")
    page = parse(decode(record.reader.read(), charset or None).text)
    context = PageContext(gold["url"], record.record_date)
    evidence = gather_evidence(page, context, load_settings().process)
    published = read_dates(evidence).published
    is_silent = published is None or published.source == "text"
    return Case(gold["publisher"], gold["date"][:10], evidence, is_silent)


def outcome(case: Case, believed: frozenset[str]) -> Outcome | None:
    """Return the date that is chosen among the printed ones; None if none is believed."""
    declared = [seen for seen in declared_dates(case.evidence) if seen[0] == "modified"]
    seen = collect_dates(case.evidence, declared, believed)
    best = best_of(seen)
    if best is None:
        return None
    number = next(n for n, (_, candidate) in enumerate(seen) if candidate is best)
    return Outcome(place_categories(seen)[number] or "", str(best.day).startswith(case.day))


class _AnyCategory(frozenset[str]):
    """The set of all categories, those not yet known included."""

    def __contains__(self, category: object) -> bool:
        return True


def shares(found: Iterable[Outcome | None]) -> dict[str, tuple[int, int]]:
    """Return, per category, the number of pages where it is right and of all its pages."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        if one is not None:
            counts[one.category][0] += one.is_right
            counts[one.category][1] += 1
    return {category: (right, pages) for category, (right, pages) in sorted(counts.items())}


def believed_categories(found: Iterable[Outcome | None]) -> frozenset[str]:
    """Return the categories that are right often enough."""
    return frozenset(
        category
        for category, (right, pages) in shares(found).items()
        if (right + MEAN_SHARE * MEAN_PAGES) / (pages + MEAN_PAGES) >= LEAST_SHARE
    )


def out_of_fold(cases: Sequence[Case], found: Sequence[Outcome | None]) -> list[Outcome | None]:
    """Return each page's outcome with the categories believed on other folds' publishers.

    Args:
        found: the outcomes where every category is believed.
    """
    folds = [_fold(case.publisher) for case in cases]
    chosen: list[Outcome | None] = [None] * len(cases)
    for left_out in range(FOLDS):
        known = believed_categories(
            one for one, fold in zip(found, folds, strict=True) if fold != left_out
        )
        for number, fold in enumerate(folds):
            if fold == left_out:
                chosen[number] = outcome(cases[number], known)
    return chosen


def _fold(publisher: str) -> int:
    return int(hashlib.sha256(publisher.encode()).hexdigest(), 16) % FOLDS


def _summary(found: Iterable[Outcome | None]) -> dict[str, float]:
    """Return precision and recall; a page counts in the recall whether it prints a date or not."""
    pages = list(found)
    given = [one.is_right for one in pages if one is not None]
    return {
        "pages": len(pages),
        "given": len(given),
        "right": sum(given),
        "precision": round(sum(given) / max(len(given), 1), 4),
        "recall": round(sum(given) / max(len(pages), 1), 4),
    }


def report(cases: Sequence[Case]) -> dict[str, Any]:
    """Return precision and recall before any doubt, out of fold, and as the code believes now."""
    everything = [outcome(case, _AnyCategory()) for case in cases]
    ways = {
        "all believed": everything,
        "out of fold": out_of_fold(cases, everything),
        "as in the code": [outcome(case, BELIEVED) for case in cases],
    }
    silent = [case.is_silent for case in cases]
    return {
        "categories": shares(everything),
        "believed": sorted(believed_categories(everything)),
        "declared dates withheld": {name: _summary(found) for name, found in ways.items()},
        "pages that declare none": {
            name: _summary(one for one, is_own in zip(found, silent, strict=True) if is_own)
            for name, found in ways.items()
        },
    }


def main() -> None:
    """Measure the categories of printed dates and write the report."""
    cases = list(read_cases(Path(os.environ["BROADSHEET_CORPORA"])))
    REPORT.write_text(json.dumps(report(cases), indent=1) + "\n", "utf-8")
    print(REPORT.read_text("utf-8"))


if __name__ == "__main__":
    main()
