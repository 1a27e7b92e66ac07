"""The shipped demo corpus is what its sources say, and its expected.csv accounts for all of it."""

import csv
import tomllib
import zlib
from collections import Counter
from pathlib import Path

import pytest

from tests.demo_corpus.build import SHIPPED, SOURCES, build, corpus_files

MANIFEST = tomllib.loads(SOURCES.joinpath("corpus.toml").read_text("utf-8"))["file"]
PATHS = [entry["path"] for entry in MANIFEST]
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("corpus")
    build(target)
    return target


def _documents(entry: dict) -> int:
    if entry["kind"] == "warc":
        return len(entry["records"])
    return len(entry.get("rows", [None])) + len(entry.get("raw_lines", []))


@pytest.mark.parametrize("path", PATHS)
def test_shipped_file_is_what_the_sources_build(rebuilt: Path, path: str) -> None:
    if path.endswith(".gz") and "ng" in zlib.ZLIB_RUNTIME_VERSION:
        pytest.skip("this Python compresses with zlib-ng, whose bytes differ from zlib's")
    assert (SHIPPED / path).read_bytes() == (rebuilt / path).read_bytes()


def test_nothing_else_is_shipped() -> None:
    shipped = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.*")}
    assert shipped == set(PATHS)


def test_corpus_is_smaller_than_a_megabyte() -> None:
    assert sum(len(data) for _, data in corpus_files()) < MEGABYTE


def test_every_document_has_its_expected_outcome() -> None:
    with SOURCES.joinpath("expected.csv").open(encoding="utf-8", newline="") as handle:
        expected = Counter(row["file"] for row in csv.DictReader(handle))
    assert expected == {entry["path"]: _documents(entry) for entry in MANIFEST}
