"""Sentences of exports and snapshots: one article, no article, no folder."""

from pathlib import Path

import pytest

from tests.keep.keeping import load_one
from tests.pipeline.command import run
from tests.pipeline.nights import Nights

pytestmark = pytest.mark.slow


def test_sentences_are_right_for_one_article_and_without_a_folder(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    at = ("--warehouse", nights.folder)
    assert "1 article is in" in run("export", tmp_path / "e.csv", *at).stdout
    run("snapshot", "create", "one", "--out", tmp_path / "elsewhere", *at)
    said = run("snapshot", "verify", "one", *at).stdout
    assert "its tagged state is as it was made; no folder was checked" in said


def test_a_takedown_names_the_snapshot_and_leaves_an_empty_warehouse(tmp_path: Path) -> None:
    nights = Nights(tmp_path / "news")
    load_one(nights, 1)
    at = ("--warehouse", nights.folder)
    run("snapshot", "create", "one", "--out", tmp_path / "one", *at)
    page = "https://courier.example/1"
    said = run("takedown", page, "--reason", "asked", "--dry-run", *at).stdout
    assert "the tagged snapshot one\n" in said
    run("takedown", "https://courier.example/1", "--reason", "asked", "--yes", *at)
    said = run("export", tmp_path / "e.csv", *at, status=2).stderr
    assert "The warehouse has no articles" in said
