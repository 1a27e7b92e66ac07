"""Trains the page model on the dev corpora: `python -m tests.training.page_types`.

It writes `tasks/process/page_type/model.toml` and, beside this file, a report of how well the model
does on publishers that it was not trained on: five folds, no publisher in two of them. The pages of
WCXB (CC-BY-4.0) have labels; those of zyte and fundus are articles.
"""

import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType

from config.settings import load_settings
from tasks.process.markup.parse import parse
from tasks.process.metadata.page import PageContext, read_metadata
from tasks.process.page_type import features as page_features
from tasks.process.page_type import model as page_model
from tasks.process.page_type import signs as page_signs
from tasks.web.charset import decode
from tests.training import logistic
from tests.training.hashes import page_type_features, recipe_hash

TYPES = ("article", "listing", "collection", "product", "service", "forum", "documentation")
FOLDS = 5
RIDGE = 10.0
REJECT_BELOW, DOUBT_BELOW = 0.3, 0.6
REPORT = Path(__file__).with_name("page_types.json")
RECIPE = ("logistic", "page_types")


@dataclass(frozen=True, slots=True)
class Page:
    """One labelled page.

    Attributes:
        protected: the model never rejects the page (see `page_type.judge`).
    """

    publisher: str
    page_type: str
    features: dict[str, float]
    protected: bool


def read_pages(corpora: Path) -> Iterator[Page]:
    """Yield all pages of the corpora that have a label."""
    for suite in ("dev", "dev-wcxb"):
        gold = map(json.loads, (corpora / suite / "gold.jsonl").open("rb"))
        with (corpora / suite / "pages.warc.gz").open("rb") as stream:
            records = ArchiveIterator(stream, record_types=WarcRecordType.response)
            for row, record in zip(gold, records, strict=True):
                if row["suite"] != "htmldate":
                    yield _page(row, record.reader.read())


def _page(row: dict[str, Any], body: bytes) -> Page:
    page = parse(decode(body, None).text)
    metadata = read_metadata(page, PageContext(row["url"]), load_settings().process)
    features = page_features.page_features(page, metadata, row["url"])
    is_declared = features["type article"] and features["date declared"]
    protected = bool(is_declared or page_signs.NEWS_ADDRESS.search(row["url"]))
    return Page(row["publisher"], row.get("page_type", "article"), features, protected)


def data_hash(pages: Sequence[Page]) -> str:
    """Return a hash of the features and labels, which depend on the metadata that is read."""
    digest = hashlib.sha256()
    for page in pages:
        rounded = {name: round(value, 6) for name, value in page.features.items()}
        digest.update(json.dumps([page.publisher, page.page_type, rounded]).encode())
    return digest.hexdigest()


def scaled(pages: Sequence[Page]) -> tuple[list[list[float]], list[tuple[float, float]]]:
    """Return rows of a 1 and the scaled features, and the mean and deviation of each feature.

    Scaled features have mean 0 and standard deviation 1.
    """
    columns = list(zip(*(page.features.values() for page in pages), strict=True))
    means = [sum(column) / len(column) for column in columns]
    scales = [
        (mean, max(1e-3, (sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5))
        for mean, column in zip(means, columns, strict=True)
    ]
    return [_row(page, scales) for page in pages], scales


def _row(page: Page, scales: Sequence[tuple[float, float]]) -> list[float]:
    values = zip(page.features.values(), scales, strict=True)
    return [1.0, *((value - mean) / scale for value, (mean, scale) in values)]


def out_of_fold(pages: Sequence[Page]) -> list[float]:
    """Return how likely each page is an article, by models fitted without its publisher."""
    publishers = sorted({page.publisher for page in pages})
    random.Random(1).shuffle(publishers)
    fold_of = {name: number % FOLDS for number, name in enumerate(publishers)}
    likely = [0.0] * len(pages)
    for fold in range(FOLDS):
        known = [page for page in pages if fold_of[page.publisher] != fold]
        rows, scales = scaled(known)
        weights = logistic.fit(rows, _targets(known, "article"), RIDGE)
        for number, page in enumerate(pages):
            if fold_of[page.publisher] == fold:
                likely[number] = logistic.predict(weights, _row(page, scales))
    return likely


def _targets(pages: Sequence[Page], page_type: str) -> list[float]:
    return [float(page.page_type == page_type) for page in pages]


def weights_file(pages: Sequence[Page]) -> str:
    """Return the file of weights fitted on all pages, for features that are not scaled."""
    rows, scales = scaled(pages)
    fitted = [logistic.fit(rows, _targets(pages, name), RIDGE) for name in TYPES]
    lines = [
        "# Made by tests/training/page_types.py from the dev corpora; do not edit.",
        f"types = {json.dumps(TYPES)}",
        f"reject_below = {REJECT_BELOW}",
        f"doubt_below = {DOUBT_BELOW}",
        "",
        "[weights]",
    ]
    shifts = [
        weights[0] - sum(w * m / s for w, (m, s) in zip(weights[1:], scales, strict=True))
        for weights in fitted
    ]
    lines.append(_line("1", shifts))
    for number, name in enumerate(pages[0].features):
        lines.append(_line(name, [weights[number + 1] / scales[number][1] for weights in fitted]))
    return "\n".join(lines) + "\n"


def _line(name: str, values: Sequence[float]) -> str:
    return f"{json.dumps(name)} = [{', '.join(f'{value:.4f}' for value in values)}]"


def report(pages: Sequence[Page], likely: Sequence[float]) -> dict[str, Any]:
    """Return, per type, how many pages the model alone rejects out of fold, with a 95% interval."""
    found: dict[str, Any] = {
        "recipe": recipe_hash(*RECIPE),
        "features": page_type_features(),
        "data": data_hash(pages),
    }
    for name in TYPES:
        judged = [
            p < REJECT_BELOW and not page.protected
            for page, p in zip(pages, likely, strict=True)
            if page.page_type == name
        ]
        found[name] = {"pages": len(judged), "rejected": sum(judged), **_interval(judged)}
    return found


def _interval(judged: Sequence[bool]) -> dict[str, float]:
    """Return the share of rejected pages with its Wilson interval."""
    n, share, z = len(judged), sum(judged) / len(judged), 1.96
    middle = (share + z * z / 2 / n) / (1 + z * z / n)
    reach = z * (share * (1 - share) / n + z * z / 4 / n / n) ** 0.5 / (1 + z * z / n)
    return {
        "share": round(share, 4),
        "from": round(max(0.0, middle - reach), 4),
        "to": round(middle + reach, 4),
    }


def main() -> None:
    """Measure the model out of fold, fit it on all pages, and write weights and report."""
    pages = list(read_pages(Path(os.environ["BROADSHEET_CORPORA"])))
    found = report(pages, out_of_fold(pages))
    page_model.PAGE_TYPE_WEIGHTS.write_text(weights_file(pages), "utf-8")
    REPORT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(REPORT.read_text("utf-8"))


if __name__ == "__main__":
    main()
