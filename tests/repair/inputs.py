"""Random inputs of the trials of `repair`: WARC files, and files of rows without stored pages."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.pipeline.archives import page, story
from tests.repair.captures import Captures, hour_of

SHORT = "<html><body><p>Gone.</p></body></html>"
SUFFIXES = (".warc.gz", ".parquet", ".jsonl")


class RandomInputs:
    """Writes files whose articles change, return to an earlier text, and repeat each other."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.chance = chance
        self._seen: list[tuple[int, str]] = []  # the time and address of each capture

    def write(self, name: str) -> Path:
        """Write a file of captures, or in a third of the cases a file of rows."""
        suffix = self.chance.choices(SUFFIXES, weights=(4, 1, 1))[0]
        path = self.folder / f"{name}{suffix}"
        count = self.chance.randint(2, 14)
        if suffix == ".warc.gz":
            with Captures(path) as captures:
                for _ in range(count):
                    self._capture(captures)
            return path
        rows = [self._row() for _ in range(count)]
        if suffix == ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=5)
        else:
            path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        return path

    def _row(self) -> dict[str, str | None]:
        address = self.chance.randint(0, 4)
        number = 10 * address + self.chance.randint(0, 2)
        is_dated = self.chance.random() < 0.5
        return {
            "url": self._address(address) + self.chance.choice(("", "", "?utm_source=rss")),
            "title": f"District {number} decides",
            "text": "Gone." if self.chance.random() < 0.1 else story(number),
            "fetched_at": hour_of(self.chance.randint(0, 60)) if is_dated else None,
        }

    def _capture(self, captures: Captures) -> None:
        address = self.chance.randint(0, 4)
        url = self._address(address)
        hour = self.chance.randint(0, 60)
        kind = self.chance.random()
        if kind < 0.3 and self._seen:
            self._revisit(captures, url, hour)
            return
        text = page(10 * address + self.chance.randint(0, 2))
        if kind < 0.36:
            text = SHORT
        elif kind < 0.5:
            text = text.replace("<head>", f"<head><link rel='canonical' href='{url}'>")
            url += self.chance.choice(("/print", "?view=amp"))
        elif kind < 0.56:
            text = page(10 * self.chance.randint(0, 4))
        captures.page(hour, url, text)
        self._seen.append((hour, url))

    def _revisit(self, captures: Captures, url: str, hour: int) -> None:
        first, seen = self.chance.choice(self._seen)
        kind = self.chance.random()
        if kind < 0.6:
            captures.revisit(max(hour, first), seen, refers_to=(first, seen))
        elif kind < 0.8:
            captures.revisit(hour, url)
        else:
            captures.revisit(hour, url, refers_to=(99, "https://courier.example/unknown"))

    def _address(self, number: int) -> str:
        return f"https://courier.example/story-{number}"
