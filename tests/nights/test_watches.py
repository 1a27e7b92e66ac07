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
from tests.search.oracle import scan
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
        '[[watch]]\nname = "a"\nquery = ""': "query",
        '[[watch]]\nname = "a"\nwhere = "true"\nmood = 1': "mood",
        '[[watch]]\nname = "a"\nwhere = "true"\n' * 2: "two watches",
    }.items():
        path.write_text(content)
        with pytest.raises(UsageError, match=message):
            load_watches(path)


@pytest.mark.parametrize("query", ['"ferry', "AND", "ferry|bridge", "day:monday", "|", "(ferry"])
def test_a_query_that_cannot_be_understood_is_refused_before_the_night(
    tmp_path: Path, query: str
) -> None:
    (tmp_path / "watches.toml").write_text(f"[[watch]]\nname = 'odd'\nquery = '{query}'\n")
    settings = load_settings(warehouse=tmp_path / "w", sources=str(tmp_path / "sources.toml"))
    with pytest.raises(
        UsageError, match=r"'odd' in .* is refused\. The query is wrong at position"
    ):
        require_watches(settings)


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


@pytest.mark.slow
def test_a_query_finds_what_a_plain_scan_of_the_new_articles_finds(tmp_path: Path) -> None:
    """Each night for its own articles only, and without an index."""
    with ManySites(2, 4) as site:
        desk = Desk(tmp_path, site)
        desk.settings["search"] = {"index": False}
        word = next(form for form in words_of(site.expected()[site.urls[0]]) if len(form) > 4)
        (tmp_path / "watches.toml").write_text(
            f"[[watch]]\nname = 'word'\nquery = '{word}'\n"
            f"[[watch]]\nname = 'not'\nquery = 'NOT {word}'\n"
            f"[[watch]]\nname = 'both'\nquery = 'NOT {word}'\n"
            'where = "source = (select min(source) from articles) -- a comment"\n'
            "[[watch]]\nname = 'source'\nquery = 'source:nothing'\n"
        )
        desk.quick_night(0)
        first = found_by_watches(desk)
        assert first["word"] == having(desk, word)
        assert len(first["word"] | first["not"]) == 8
        assert not first["word"] & first["not"]
        sources = desk.ask("select article_id, source from articles")
        least = min(row["source"] for row in sources)
        of_least = {row["article_id"] for row in sources if row["source"] == least}
        assert first["both"] == first["not"] & of_least
        assert "source" not in first
        site.next_night(new=1, revised=0)
        desk.quick_night(1)
        second = found_by_watches(desk)
        assert len(second["word"] | second["not"]) == 10
        listed = run("watches", "--config", desk.config, "-w", desk.warehouse)
        assert f"NOT {word}; source = " in listed.stdout


def words_of(text: str) -> list[str]:
    return [word.form for word in scan(text)]


def having(desk: Desk, word: str) -> set[str]:
    rows = desk.ask("select article_id, title, text from articles")
    return {row["article_id"] for row in rows if word in words_of(f"{row['title']} {row['text']}")}


def found_by_watches(desk: Desk) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in desk.ask("from watch_hits"):
        found.setdefault(row["watch"], set()).add(row["article_id"])
    return found


def test_without_a_list_the_command_says_how_to_write_one(tmp_path: Path) -> None:
    listed = tmp_path / "sources.toml"
    done = run("watches", "-w", tmp_path / "w", BROADSHEET_SOURCES=str(listed))
    assert str(tmp_path / "watches.toml") in done.stdout
    assert "[[watch]]" in done.stdout
