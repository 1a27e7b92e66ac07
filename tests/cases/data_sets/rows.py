"""Data sets that have a story in each row of a table."""

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.cases.data_sets.items import Item, parts


def ag_news(folder: Path, items: Sequence[Item]) -> None:
    """AG News, as its readme.txt describes `ag_news_csv` (X. Zhang, 2015).

    `train.csv` and `test.csv` have no header: class index, title, description; all are quoted, and
    a new line is written as a backslash and an n. `classes.txt` names the classes.
    """
    folder = _made(folder / "ag_news_csv")
    for name, some in parts(items, "train.csv", "test.csv"):
        rows = [[item.label, item.title, "\\n".join(item.paragraphs)] for item in some]
        _write_csv(folder / name, rows, quoting=csv.QUOTE_ALL)
    (folder / "classes.txt").write_text("World\nSports\nBusiness\nSci/Tech\n")


def ten_thousand_german(folder: Path, items: Sequence[Item]) -> None:
    """10kGNAD, ten thousand German news articles, as its README describes it (T. Block, 2019).

    `train.csv` and `test.csv` have no header: label, text, which begins with the title; the
    delimiter is `;` and the quote `'`.
    """
    for name, some in parts(items, "train.csv", "test.csv"):
        rows = [[item.label, item.statement + "; das war's"] for item in some]
        _write_csv(folder / name, rows, delimiter=";", quotechar="'")


def mind(folder: Path, items: Sequence[Item]) -> None:
    """MIND, Microsoft's news for recommendation, as its page of the format describes it (2020).

    `news.tsv` has no header and no quoting: id, category, subcategory, title, abstract, url, and
    the entities of title and abstract as JSON. `behaviors.tsv` has clicks and no text.
    """
    folder = _made(folder / "MINDsmall_train")
    entities = json.dumps([{"Label": "Varnhaven", "Type": "G", "WikidataId": "Q0"}])
    rows = [
        [f"N{item.number}", item.label, "newslocal", item.title, item.statement, item.url]
        for item in items
    ]
    lines = ["\t".join([*row, entities, "[]"]) for row in rows]
    (folder / "news.tsv").write_text("".join(f"{line}\n" for line in lines))
    (folder / "behaviors.tsv").write_text("1\tU1\t11/15/2019 8:55:22 AM\tN1 N2\tN3-1 N4-0\n")


def liar(folder: Path, items: Sequence[Item]) -> None:
    """LIAR, statements that PolitiFact judged, as its README describes it (W. Wang, 2017).

    `train.tsv`, `valid.tsv` and `test.tsv` have no header and 14 columns: id, label, statement,
    subjects, speaker, job, state, party, five counts, context.
    """
    folder = _made(folder / "liar_dataset")
    for name, some in parts(items, "train.tsv", "valid.tsv", "test.tsv"):
        rows = [
            [f"{item.number}.json", item.label, item.statement, *_SPEAKER, *"01200", "an interview"]
            for item in some
        ]
        (folder / name).write_text("".join("\t".join(row) + "\n" for row in rows))


_SPEAKER = ("ports,taxes", "ida-marsh", "Mayor", "Varn", "none")


def all_the_news(folder: Path, items: Sequence[Item]) -> None:
    """All the News, as Kaggle shows its columns (A. Thompson, 2017).

    `articles1.csv` to `articles3.csv` have an index without a name in the first column, numbers of
    years and months as floats, and mostly no url.
    """
    header = ["", "id", "title", "publication", "author", "date", "year", "month", "url", "content"]
    for name, some in parts(items, "articles1.csv", "articles2.csv", "articles3.csv"):
        rows = [
            [
                *(item.number, 17_000 + item.number, item.title, item.label, "Ida Marsh", item.day),
                *(float(item.day.year), float(item.day.month), "", "\n\n".join(item.paragraphs)),
            ]
            for item in some
        ]
        _write_csv(folder / name, [header, *rows])


def huffpost(folder: Path, items: Sequence[Item]) -> None:
    """News Category Dataset of the HuffPost, as Kaggle describes it (R. Misra, 2018).

    A `.json` file with an object in each line; its only text is `short_description`.
    """
    rows = [
        {
            "link": item.url,
            "headline": item.title,
            "category": item.label,
            "short_description": item.paragraphs[0],
            "authors": "Ida Marsh, Contributor",
            "date": str(item.day),
        }
        for item in items
    ]
    _write_lines(folder / "News_Category_Dataset_v3.json", [*rows, rows[0] | _NO_TEXT])


_NO_TEXT = {"link": "https://www.varnhaven.example/0", "short_description": ""}


def signal(folder: Path, items: Sequence[Item]) -> None:
    """SIGNAL-1M, as its page describes it (Signal Media, 2016): JSON lines in gzip."""
    rows = [
        {
            "id": f"f7ca322d-c3e8-40d2-841f-{item.number:012}",
            "content": f"{item.title} \n" + " \n\n".join(item.paragraphs),
            "title": item.title,
            "media-type": item.label,
            "source": "Varnhaven Gazette",
            "published": f"{item.day}T08:05:00Z",
        }
        for item in items
    ]
    _write_lines(folder / "signalmedia-1m.jsonl.gz", rows)


def newsroom(folder: Path, items: Sequence[Item]) -> None:
    """Cornell Newsroom, as its page describes it (M. Grusky, 2018).

    `train.jsonl.gz`, `dev.jsonl.gz` and `test.jsonl.gz`; `archive` is the address of the capture
    that the text was taken from, and the date has 14 digits.
    """
    folder = _made(folder / "release")
    for name, some in parts(items, "train.jsonl.gz", "dev.jsonl.gz", "test.jsonl.gz"):
        rows = [
            {
                "url": item.url,
                "archive": f"http://web.archive.org/web/{item.day:%Y%m%d}063000id_/{item.url}",
                "title": item.title,
                "date": f"{item.day:%Y%m%d}063000",
                "text": "\n\n".join(item.paragraphs),
                "summary": item.summary,
                "density": 3.5,
                "coverage": 0.9,
                "compression": 40.0,
                "density_bin": item.label,
                "coverage_bin": "high",
                "compression_bin": "medium",
            }
            for item in some
        ]
        _write_lines(folder / name, rows)


def wcep(folder: Path, items: Sequence[Item]) -> None:
    """WCEP, events of Wikipedia's portal, as its README describes it (D. Gholipour, 2020).

    Each line is an event with a summary, a category, a date, and a list of its articles.
    """
    folder = _made(folder / "WCEP")
    for name, some in parts(items, "train.jsonl.gz", "val.jsonl.gz", "test.jsonl.gz"):
        events: dict[str, list[Item]] = {}
        for item in some:
            events.setdefault(item.label, []).append(item)
        rows = [
            {
                "id": number,
                "date": "2018-03-02 00:00:00",
                "summary": f"Varnhaven votes, {label}.",
                "category": label,
                "reference_urls": [found[0].url],
                "wiki_links": ["https://wiki.example/Varnhaven"],
                "articles": [
                    {
                        "id": f"{number}-{item.number}",
                        "time": f"{item.day}T00:00:00+00:00",
                        "title": item.title,
                        "text": "\n\n".join(item.paragraphs),
                        "url": item.url,
                        "origin": "WCEP",
                    }
                    for item in found
                ],
            }
            for number, (label, found) in enumerate(events.items())
        ]
        _write_lines(folder / name, rows)


def real_news(folder: Path, items: Sequence[Item]) -> None:
    """RealNews, as Grover's scripts write it (R. Zellers, 2019): JSON lines, dates as 04-18-2019.

    `warc_date` is the day of the crawl.
    """
    rows = [
        {
            "title": item.title,
            "text": "\n".join(item.paragraphs),
            "summary": item.summary,
            "authors": ["Ida Marsh"],
            "publish_date": f"{item.day:%m-%d-%Y}",
            "status": "success",
            "url": item.url,
            "domain": "varnhaven.example",
            "warc_date": "20190420082412",
            "split": item.label,
        }
        for item in items
    ]
    _write_lines(folder / "realnews.jsonl", rows)


def xsum(folder: Path, items: Sequence[Item]) -> None:
    """XSum, as its card at Hugging Face describes it (S. Narayan, 2018).

    Parquet files, named after their splits, with the columns document, summary, id.
    """
    folder = _made(folder / "data")
    for name, some in parts(items, "train", "validation", "test"):
        rows = [
            {
                "document": "\n".join(item.paragraphs),
                "summary": item.summary,
                "id": f"{35_000_000 + item.number}",
            }
            for item in some
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}-00000-of-00001.parquet")


def cc_news(folder: Path, items: Sequence[Item]) -> None:
    """CC-News in English, as its card at Hugging Face describes it (V. Blagojevic, 2020)."""
    rows = [
        {
            "title": item.title,
            "text": "\n".join(item.paragraphs),
            "domain": item.label,
            "date": f"{item.day} 06:30:00",
            "description": item.summary,
            "url": f"https://{item.label}/{item.number}",
            "image_url": f"https://{item.label}/{item.number}.jpg",
        }
        for item in items
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "cc_news.parquet")


def nela(folder: Path, items: Sequence[Item]) -> None:
    """NELA-GT, as the papers of its editions describe it (M. Gruppi, 2020).

    SQLite with the table newsdata; the labels are those of the sources, in a table beside it.
    """
    with closing(sqlite3.connect(folder / "nela-gt-2019.db")) as database, database:
        database.execute(
            "create table newsdata (id text primary key, date text, source text, title text, "
            "content text, author text, published text, published_utc integer, "
            "collection_utc integer)"
        )
        for item in items:
            day = datetime.combine(item.day, time(6, 30), UTC)
            known = (f"{item.label}--{item.day}--{item.number}", str(item.day), item.label)
            said = (item.title, "\n\n".join(item.paragraphs), "Ida Marsh")
            times = (f"{day:%a, %d %b %Y %H:%M:%S} +0000", int(day.timestamp()), 1_580_000_000)
            database.execute(
                "insert into newsdata values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*known, *said, *times)
            )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _write_csv(path: Path, rows: Iterable[Sequence[Any]], **dialect: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n", **dialect).writerows(rows)


def _write_lines(path: Path, rows: Iterable[object]) -> None:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
