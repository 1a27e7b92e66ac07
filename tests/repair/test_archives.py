"""Versions of archives are restored as far as files exist, with relative names and globs, too."""

from pathlib import Path

import pytest

from tests.pipeline.archives import url_of, write_stories
from tests.repair.newsroom import Newsroom, damage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("named", ["in", "in/day.warc.gz", "./in", "../here/in", "in/*.gz"])
def test_versions_of_an_archive_with_a_relative_name_are_restored_from_any_folder(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str
) -> None:
    here = tmp_path / "here"
    (here / "in").mkdir(parents=True)
    write_stories(here / "in" / "day.warc.gz", range(50, 54))
    monkeypatch.chdir(here)
    room.ingest(Path(named))
    whole = room.rows()
    for table in ("article_versions", "documents"):
        damage(room.data(table, -1), "delete")
    monkeypatch.chdir(tmp_path)
    room.repair()
    assert not room.faults()
    assert room.rows() == whole


@pytest.mark.parametrize("kind", ["delete", "rubbish"])
def test_versions_of_one_archive_are_restored_if_another_one_is_lost(
    room: Newsroom, tmp_path: Path, kind: str
) -> None:
    paths = [tmp_path / f"{name}.warc.gz" for name in ("one", "two")]
    for number, path in enumerate(paths):
        write_stories(path, range(50 + 10 * number, 52 + 10 * number))
    room.ingest(*paths)
    room.data("article_versions", -1).unlink()
    damage(paths[0], kind)
    report = room.repair()
    assert [one.url for one in report.lost] == [url_of(50), url_of(51)]
    assert room.ask("select count(*) as n from articles") == [{"n": 15}]


@pytest.mark.parametrize("lost", ["file", "folder"])
def test_an_archive_is_restored_if_another_one_of_the_same_name_is_lost(
    room: Newsroom, tmp_path: Path, lost: str
) -> None:
    """Check an archive whose locators began with its folder, to tell the two apart."""
    paths = [tmp_path / folder / "day.warc.gz" for folder in ("one", "two")]
    for number, path in enumerate(paths):
        path.parent.mkdir()
        write_stories(path, range(50 + 10 * number, 52 + 10 * number))
    room.ingest(*(path if lost == "file" else path.parent for path in paths))
    room.data("article_versions", -1).unlink()
    paths[0].unlink()
    if lost == "folder":
        paths[0].parent.rmdir()
    report = room.repair()
    assert [one.url for one in report.lost] == [url_of(50), url_of(51)]
    assert not room.faults()
    located = room.ask(f"select locator from articles where url = '{url_of(60)}'")
    assert located[0]["locator"].startswith("two/day.warc.gz#offset=")


@pytest.mark.parametrize("kind", ["delete", "rubbish", "cut"])
def test_a_night_is_restored_from_the_files_that_can_be_read(room: Newsroom, kind: str) -> None:
    room.data("article_versions", 0).unlink()
    damage(min((room.warehouse / "raw" / "2025-03-11").glob("press-00*")), kind)
    report = room.repair()
    assert 0 < len(report.lost) < 8
    assert not [one for one in report.lost if one.url and "press-01" in one.url]
    assert not room.faults()
    before = room.tree()
    assert room.repair().files == ()
    assert room.tree() == before, "a repair that restores nothing must not be recorded"


def test_versions_recorded_as_lost_are_restored_when_their_archive_comes_back(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Repair from another working directory; locators are relative to the archive's folder."""
    room.data("article_versions", 2).unlink()
    away = room.archive.rename(tmp_path / "away.warc.gz")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(room.repair().lost) == 3
    away.rename(room.archive)
    room.repair()
    assert room.rows()["article_versions"] == room.whole["article_versions"]
    assert room.ask("select sum(rows - healed)::int as lost from repairs") == [{"lost": 0}]
