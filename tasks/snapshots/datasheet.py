"""The data sheet of a snapshot: its README and its citation, from facts that the tables state."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from config.version import code_version
from config.wording import counted
from tasks.snapshots.readme_text import README
from warehouse.schema import SCHEMA_VERSION

_MOST_LISTED = 25
_Row = tuple[str, int | None, str | None]


@dataclass(frozen=True, slots=True)
class Citation:
    """The texts that its maker gives a snapshot.

    Attributes:
        name: its name.
        title: None: a title from the name.
        authors: persons and institutions.
    """

    name: str
    stated_title: str | None = None
    authors: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the title."""
        return self.stated_title or f"News corpus {self.name}"

    @property
    def slug(self) -> str:
        """Return the name with the characters that a Data Package's name may have."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._") or "snapshot"


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows of `snapshot_facts.sql`, by section: label, number and detail."""

    sections: dict[str, list[_Row]]

    @classmethod
    def of(cls, rows: list[tuple[Any, ...]]) -> "Facts":
        """Return the facts in these rows."""
        sections: dict[str, list[_Row]] = {}
        for section, *rest in rows:
            sections.setdefault(section, []).append(tuple(rest))
        return cls(sections)

    def labels(self, section: str) -> list[str]:
        """Return the labels of a section, without those that stand for nothing, such as (none)."""
        found = (label for label, *_ in self.sections.get(section, ()))
        return [label for label in found if not label.startswith("(")]

    def number(self, label: str) -> int:
        """Return a number of the section `total`."""
        return next(number or 0 for name, number, _ in self.sections["total"] if name == label)

    def span(self, label: str) -> str | None:
        """Return a span of time; None if the tables state none."""
        return next(detail for name, _, detail in self.sections["span"] if name == label)

    @property
    def summary(self) -> str:
        """Return what the snapshot holds, in one sentence."""
        published = self.span("published")
        dated = f", published {published}" if published else ""
        domains = counted(self.number("domains"), "domain")
        articles = counted(self.number("articles"), "news article")
        return f"{articles} of {domains}{dated}, with all versions that were collected."


def readme(
    citation: Citation, facts: Facts, where: str, tables: Sequence[tuple[str, int, str]]
) -> str:
    """Return the README of a snapshot.

    Args:
        where: the condition that its articles meet.
        tables: the name, the number of rows and the grain of each table.
    """
    state = facts.span("state") or "unknown"
    values = {
        "title": citation.title,
        "name": citation.name,
        "summary": facts.summary,
        "where": "\n".join(f"    {line}" for line in where.strip().splitlines()),
        "state": state,
        "words": f"{facts.number('words'):,}",
        "versions": f"{facts.number('versions'):,}",
        "fetched": facts.span("fetched") or "at times that the archives do not state",
        "authors": "; ".join(citation.authors) or "(authors not stated)",
        "year": (facts.span("state") or "n.d.")[:4],
        "undated": f"{facts.number('without a date'):,}",
        "day_only": f"{facts.number('with the day alone'):,}",
        "copies": f"{facts.number('copies'):,}",
        "code": code_version(),
        "format": SCHEMA_VERSION,
        "tables": "\n".join(
            f"| `data/{name}.parquet` | {rows:,} | {_cell(grain)} |" for name, rows, grain in tables
        ),
    }
    sections = {
        f"{name}_rows": "\n".join(_listed(facts.sections.get(name, []))) for name in _SECTIONS
    }
    return Template(README).substitute(values | sections)


_SECTIONS = (
    *("domain", "year", "language", "flow", "outcome", "reason", "access", "rights"),
    *("flag", "change", "extractor", "code"),
)


def _listed(rows: list[_Row]) -> Iterator[str]:
    for label, number, detail in rows[:_MOST_LISTED]:
        yield f"| {_cell(label)} | {number or 0:,} | {_cell(detail or '')} |"
    if rest := rows[_MOST_LISTED:]:
        together = sum(number or 0 for _, number, _ in rest)
        yield f"| {len(rest):,} others | {together:,} | |"
    if not rows:
        yield "| none | 0 | |"


def _cell(text: str) -> str:
    """Return a text for a cell of a table in Markdown."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def citation_file(citation: Citation, facts: Facts) -> str:
    """Return the content of CITATION.cff."""
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this dataset, please cite it as below."',
        "type: dataset",
        f"title: {_yaml(citation.title)}",
        f"version: {_yaml(citation.name)}",
        f"abstract: {_yaml(facts.summary)}",
        "authors:",
        *(f"  - name: {_yaml(author)}" for author in citation.authors or ("Author not stated",)),
    ]
    if state := facts.span("state"):
        lines.append(f"date-released: {state[:10]}")
    return "\n".join(lines) + "\n"


def _yaml(text: str) -> str:
    """Return a text as YAML; JSON in double quotes is YAML."""
    return json.dumps(text, ensure_ascii=False)
