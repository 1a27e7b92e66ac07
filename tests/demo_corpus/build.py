"""Builds the demo's corpus and web site: `python -m tests.demo_corpus.build [FOLDER]`.

`corpus.toml` names every file and, in order, what is in it. Same sources, same bytes. The site
is built by `nights.py`.
"""

import csv
import io
import json
import struct
import sys
import tomllib
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.demo_corpus.containers import Fetched, gzipped, warc
from tests.demo_corpus.nights import build_site
from tests.demo_corpus.sites import SITES, render
from tests.demo_corpus.story import STORIES, Story, as_text, blocks, read_story

SOURCES = Path(__file__).parent
DEMO = SOURCES.parents[1] / "flows" / "demo"
SHIPPED = DEMO / "corpus"
SECONDS_APART = 7
LINKED = 4

Entry = dict[str, Any]


def build(target: Path) -> None:
    """Writes every file of the corpus below `target`."""
    for path, data in corpus_files():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def corpus_files() -> Iterator[tuple[str, bytes]]:
    """Relative path and bytes of every file."""
    manifest = tomllib.loads(SOURCES.joinpath("corpus.toml").read_text("utf-8"))
    for entry in manifest["file"]:
        yield entry["path"], KINDS[entry["kind"]](entry)


def _warc(entry: Entry) -> bytes:
    compressed = entry["path"].endswith(".gz")
    data = warc(Path(entry["path"]).name, _fetches(entry), compressed=compressed)
    return data[: -entry.get("cut", 0) or None]


def _fetches(entry: Entry) -> Iterator[Fetched]:
    night: datetime = entry["night"]
    for number, record in enumerate(entry["records"]):
        at = night.astimezone(UTC) + timedelta(seconds=SECONDS_APART * number)
        yield _fetch(record, at)


def _fetch(record: Entry, at: datetime) -> Fetched:
    http = {key: record[key] for key in HTTP_KEYS if key in record}
    if "story" not in record:
        return Fetched(record["url"], at, _other_body(record), **http)
    story = read_story(record["story"])
    url = record.get("url") or SITES[story["site"]].address(story) + record.get("query", "")
    return Fetched(url, at, _page(record, record.get("as_of", at.day)), **http)


def _other_body(record: Entry) -> bytes:
    if "image" in record:
        return _picture(*record["image"])
    return str(record.get("body", "")).encode()


def _page(record: Entry, night: int) -> bytes:
    story = read_story(record["story"])
    fields = story.fields | {key: record[key] for key in ("template",) if key in record}
    page = render(Story(story.name, fields, story.body), _linked(story, night))
    return page.encode(record.get("encoding", "utf-8"), "xmlcharrefreplace")


def _linked(story: Story, night: int) -> list[Story]:
    names = sorted(path.stem for path in STORIES.joinpath(story["site"]).glob("*.txt"))
    names = [name for name in names if not name.endswith("-2") and "cards" not in name]
    turned = names[night % len(names) :] + names[: night % len(names)]
    others = [read_story(f"{story['site']}/{name}") for name in turned]
    written = [other for other in others if other.body and other["path"] != story["path"]]
    return written if story["template"] == "listing" else written[:LINKED]


def _html(entry: Entry) -> bytes:
    return _page(entry, entry.get("as_of", 13))


def _text(entry: Entry) -> bytes:
    text = STORIES.joinpath(entry["source"]).read_text("utf-8")
    return text.encode(entry.get("encoding", "utf-8"))


def _jsonl(entry: Entry) -> bytes:
    lines = [json.dumps(row, ensure_ascii=False) for row in _rows(entry)]
    for number, line in entry.get("raw_lines", []):
        lines.insert(number - 1, line)
    return ("\n".join(lines) + "\n").encode()


def _json(entry: Entry) -> bytes:
    return (json.dumps(_rows(entry), ensure_ascii=False, indent=1) + "\n").encode()


def _csv(entry: Entry) -> bytes:
    rows = _rows(entry)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _rows(entry: Entry) -> list[Entry]:
    """The rows of an archive; the source's field names become those of `columns`."""
    rows = []
    for name in entry["rows"]:
        story = read_story(name)
        known: Entry = {**story.fields, "body": "\n\n".join(map(as_text, blocks(story.body)))}
        row = {column: known.get(key, "") for column, key in entry["columns"].items()}
        for column in entry.get("lists", []):
            row[column] = story.listed(entry["columns"][column])
        for column in entry.get("numbers", []):
            row[column] = int(row[column]) if str(row[column]).isdigit() else row[column]
        rows.append(row)
    return rows


def _image(entry: Entry) -> bytes:
    return _picture(*entry["size"])


def _picture(width: int, height: int) -> bytes:
    """A PNG of a grey sea under a lighter sky."""
    lines = (b"\0" + bytes([200 if y < height // 3 else 90]) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _empty(_entry: Entry) -> bytes:
    return b""


def _packed(inner: Callable[[Entry], bytes]) -> Callable[[Entry], bytes]:
    return lambda entry: gzipped(inner(entry))


HTTP_KEYS = ("status", "content_type", "location", "coding", "kind")
KINDS: dict[str, Callable[[Entry], bytes]] = {
    "warc": _warc,
    "html": _html,
    "text": _text,
    "jsonl": _jsonl,
    "jsonl.gz": _packed(_jsonl),
    "json": _json,
    "csv": _csv,
    "image": _image,
    "empty": _empty,
}

if __name__ == "__main__":
    demo = Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO
    build(demo / "corpus")
    build_site(demo / "site")
