"""`broadsheet` without a command says what to do next, given the state of the warehouse."""

from pathlib import Path

import pytest

from config.settings import load_settings
from flows.actions.next_steps import next_steps_command
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.report.corpora import told

SOURCES = '[[source]]\nname = "Courier"\nhomepage = "https://courier.example/"\n'


def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    sources = str(folder / "sources.toml")
    next_steps_command(load_settings(warehouse=folder / "w", sources=sources))
    return capsys.readouterr().out


def test_the_first_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(tmp_path, capsys)
    assert f"There is no warehouse at {tmp_path / 'w'} yet." in shown
    assert shown.index("broadsheet demo") < shown.index("broadsheet sources add")
    (tmp_path / "sources.toml").write_text(SOURCES)
    shown = said(tmp_path, capsys)
    assert "The list of sources has 1 source." in shown
    assert "broadsheet nightly" in shown
    assert "demo" not in shown


def test_the_steps_with_articles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nights = Nights(tmp_path / "w")
    nights.load(told(1, title="Alone"))
    shown = said(tmp_path, capsys)
    assert "was last published on" in shown
    assert "broadsheet report" in shown
    assert "unfinished" not in shown
    (tmp_path / "w" / "report").mkdir()
    (tmp_path / "w" / "report" / "index.html").touch()
    nights.begin()
    (tmp_path / "sources.toml").write_text(SOURCES)
    shown = said(tmp_path, capsys)
    assert f"open {tmp_path / 'w' / 'report' / 'index.html'}" in shown
    assert "a run is unfinished" in shown
    assert "broadsheet up" in shown
    (tmp_path / "w" / "news.duckdb").unlink()
    (tmp_path / "w" / "runs").rename(tmp_path / "runs")
    assert "broadsheet doctor" in said(tmp_path, capsys)
    (tmp_path / "w").rename(tmp_path / "v")
    (tmp_path / "v").rename(tmp_path / "u")
    next_steps_command(load_settings(warehouse=tmp_path / "u"))
    assert "broadsheet relocate" in capsys.readouterr().out


def test_the_command_line_without_a_command_ends_well(tmp_path: Path) -> None:
    assert "Next:" in run(BROADSHEET_WAREHOUSE=str(tmp_path / "w")).stdout
