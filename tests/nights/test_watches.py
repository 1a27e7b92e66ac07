"""Watches: each night says what is new for each of them, once per article."""

from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import load_settings
from config.watches import Watch, load_watches
from tasks.jobs.nightly import NightRequest, nightly
from tasks.load.watches import require_watches
from tests.nights.night import FIRST, Desk
from tests.pipeline.command import run
from tests.repair.trial import stages_of
from tests.sites.many import ManySites

HITS = "select watch, count(*) as articles from watch_hits group by watch"


def test_a_list_of_watches_is_read_and_faults_are_named(tmp_path: Path) -> None:
    path = tmp_path / "watches.toml"
    assert load_watches(path) == ()
    path.write_text('[[watch]]\nname = "ferries"\nwhere = "true"\n')
    assert load_watches(path) == (Watch(name="ferries", where="true"),)
    for content, message in {
        "[[watch]": "not valid TOML",
        "[ferries]": "'ferries'",
        '[[watch]]\nwhere = "true"': "watch|name",
        '[[watch]]\nname = "a"': "no condition",
        '[[watch]]\nname = "a"\nquery = "ferry"': "query",
        '[[watch]]\nname = "a"\nwhere = "true"\nmood = 1': "mood",
        '[[watch]]\nname = "a"\nwhere = "true"\n' * 2: "two watches",
    }.items():
        path.write_text(content)
        with pytest.raises(UsageError, match=message):
            load_watches(path)


@pytest.mark.parametrize(
    "where",
    ["no_column = 1", "true); copy articles to 'x.csv'; select (1", "text ilike", "1; select 1"],
)
def test_a_condition_that_cannot_be_asked_is_refused_before_the_night(
    tmp_path: Path, where: str
) -> None:
    (tmp_path / "watches.toml").write_text(f'[[watch]]\nname = "odd"\nwhere = """{where}"""\n')
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "C"\nhomepage = "https://c.example"')
    settings = load_settings(warehouse=tmp_path / "w", sources=str(tmp_path / "sources.toml"))
    with pytest.raises(UsageError, match=r"'odd' in .* is refused"):
        require_watches(settings)
    stages = stages_of(tmp_path / "w")
    with pytest.raises(UsageError, match="'odd'"):
        nightly(NightRequest(FIRST), type(stages)(settings, stages.run_stage, stages.listener))
    assert not list((tmp_path / "w" / "runs").iterdir())
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.slow
def test_each_night_says_what_is_new_once_per_article(tmp_path: Path) -> None:
    with ManySites(2, 4) as site:
        desk = Desk(tmp_path, site)
        (tmp_path / "watches.toml").write_text(
            '[[watch]]\nname = "all"\nwhere = "true"\n'
            '[[watch]]\nname = "first source"\n'
            'where = "source = (select min(source) from articles)"\n'
            '[[watch]]\nname = "fails"\nwhere = "title::int = 1"\n'
            '[[watch]]\nname = "later versions"\nwhere = "version > 1"\n'
        )
        desk.quick_night(0)
        found = {row["watch"]: row["articles"] for row in desk.ask(HITS)}
        assert found == {"all": 8, "first source": 4}
        site.next_night(new=1, revised=1)
        said = desk.night(1)
        assert "new for the watch" in said
        rows = desk.ask("select watch, version, night, count(*) as n from watch_hits group by all")
        second = {(r["watch"], r["version"]): r["n"] for r in rows if r["night"] > str(FIRST)}
        assert second == {("all", 1): 2, ("first source", 1): 1, ("later versions", 2): 2}
        before = desk.ask("from watch_hits order by all")
        desk.quick_night(1)
        assert desk.ask("from watch_hits order by all") == before
        listed = run("watches", "--config", desk.config, "-w", desk.warehouse)
        assert "first source" in listed.stdout
        hits = run("watches", "all", "-f", "csv", "--config", desk.config, "-w", desk.warehouse)
        assert len(hits.stdout.splitlines()) == 11
        run("watches", "none", "--config", desk.config, "-w", desk.warehouse, status=2)


def test_without_a_list_the_command_says_how_to_write_one(tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    done = run("watches", "-w", tmp_path / "w", BROADSHEET_SOURCES=str(listed))
    assert str(tmp_path / "watches.toml") in done.stdout
    assert "[[watch]]" in done.stdout
