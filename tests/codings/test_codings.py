"""Samples and codings: drawn the same whatever the order of loading, and joined back later."""

import csv
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from config.errors import UsageError
from config.settings import load_settings
from tasks.codings.importing import ImportedSheet, agreements, import_sheet
from tasks.codings.sample import SampleRequest, draw_sample
from tasks.repair.repair import repair
from tests.compaction.compacting import compacted
from tests.pipeline.command import run
from tests.pipeline.nights import Nights
from tests.repair.trial import stages_of
from tests.report.corpora import told
from warehouse.lake import open_lake
from warehouse.schema import CODINGS

ARTICLES = [told(n, title=f"=Story {n}", url=f"https://courier.example/{n}") for n in range(40)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nights = Nights(tmp_path_factory.mktemp("codings") / "w")
    nights.load(*ARTICLES)
    return nights.folder


@pytest.fixture
def warehouse(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded, tmp_path / "w"))


def drawn(warehouse: Path, out: Path, count: int = 12, **asked: object) -> list[dict[str, str]]:
    request = SampleRequest(count, out, **asked)  # type: ignore[arg-type]
    draw_sample(request, load_settings(warehouse=warehouse))
    with out.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def filled(rows: list[dict[str, str]], out: Path, delimiter: str = ",") -> Path:
    with out.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return out


def imported(
    warehouse: Path, sheet: Path, coder: str, ordinal: tuple[str, ...] = ()
) -> ImportedSheet:
    return import_sheet(sheet, coder, stages_of(warehouse), ordinal)


@pytest.mark.slow
@pytest.mark.parametrize(("ordinal", "fault"), [("mood", "no rank"), ("tones", "No coding has")])
def test_a_wrong_variable_of_ranks_is_refused_before_anything_is_imported(
    warehouse: Path, tmp_path: Path, ordinal: str, fault: str
) -> None:
    rows = [row | {"tone": "1", "mood": "fine"} for row in drawn(warehouse, tmp_path / "s.csv", 3)]
    sheet = filled(rows, tmp_path / "anna.csv")
    with pytest.raises(UsageError, match=fault):
        imported(warehouse, sheet, "ANNA", (ordinal,))
    assert imported(warehouse, sheet, "ANNA", ("tone",)).new == 6


@pytest.mark.slow
def test_the_sample_is_the_same_in_any_order_of_loading_and_after_compaction(
    loaded: Path, tmp_path: Path
) -> None:
    other = Nights(tmp_path / "other")
    for part in (ARTICLES[30:], ARTICLES[10:30], ARTICLES[:10]):
        other.load(*reversed(part))
    asked = {"strata": ("domain", "month"), "seed": 7, "codes": ("tone",)}
    first = drawn(loaded, tmp_path / "a.csv", **asked)
    assert drawn(other.folder, tmp_path / "b.csv", **asked) == first
    compacted(other.settings)
    assert drawn(other.folder, tmp_path / "c.csv", **asked) == first
    asked["seed"] = 8
    assert drawn(loaded, tmp_path / "d.csv", **asked) != first


def test_strata_are_drawn_in_proportion(loaded: Path, tmp_path: Path) -> None:
    rows = drawn(
        loaded, tmp_path / "s.csv", 10, strata=["domain"], where="domain <> 'press-3.example'"
    )
    assert sorted(Counter(row["source"] for row in rows).values()) == [3, 3, 4]
    assert list(rows[0]) == [
        *("article_id", "version", "source", "published_date", "language", "url", "title", "text"),
    ]
    assert rows[0]["title"].startswith("'=Story")  # no spreadsheet takes it for a formula
    assert len(drawn(loaded, tmp_path / "t.csv", 100)) == 40


def test_two_code_a_sample_that_is_joined_back_after_a_revision_and_a_compaction(
    warehouse: Path, tmp_path: Path
) -> None:
    rows = drawn(warehouse, tmp_path / "s.csv", 10, codes=("tone", "topic"), seed=3)
    tones = dict(zip("ab", ("0100000010", "1110010000"), strict=True))
    nights = Nights.of(warehouse, 1, relocated=True)
    first = next(one for one in ARTICLES if one.url == rows[0]["url"])
    later = told(first.position, title="New", text="Another text. " * 20, url=first.url)
    nights.load(
        replace(later, url_key=first.url_key, own_key=first.own_key, article_id=first.article_id)
    )
    compacted(load_settings(warehouse=warehouse))
    for coder, values in tones.items():
        coded = [
            row | {"tone": tone, "topic": "sea"} for row, tone in zip(rows, values, strict=True)
        ]
        sheet = filled(coded, tmp_path / f"{coder}.csv", ";" if coder == "b" else ",")
        assert imported(warehouse, sheet, coder) == ImportedSheet(10, 20, 20)
    tone, topic = agreements(warehouse)
    assert (tone.coders, tone.units, topic.alpha) == (2, 10, None)
    assert tone.alpha == pytest.approx(0.095, abs=0.0005)  # as worked by hand, see test_alpha
    compacted(load_settings(warehouse=warehouse))
    joined = (
        "select count(*), count(distinct text), max(versions.version) from codings "
        "join article_versions as versions using (article_id, version)"
    )
    assert nights.ask(joined) == [(40, 10, 1)]
    assert nights.ask("select max(version) from articles") == [(2,)]


@pytest.mark.slow
def test_the_same_sheet_changes_nothing_and_a_changed_cell_replaces_one(
    warehouse: Path, tmp_path: Path
) -> None:
    rows = [row | {"tone": "1"} for row in drawn(warehouse, tmp_path / "s.csv", 3)]
    sheet = filled(rows, tmp_path / "anna.csv")
    assert imported(warehouse, sheet, "ANNA").new == 3
    published = (warehouse / "news.duckdb").stat().st_ino
    assert imported(warehouse, sheet, "ANNA").new == 0
    assert (warehouse / "news.duckdb").stat().st_ino == published
    rows[0]["tone"], rows[1]["tone"] = "2", ""
    assert imported(warehouse, filled(rows, sheet), "ANNA").new == 2
    nights = Nights.of(warehouse, 1)
    found = nights.ask("select value, sheet from codings order by value nulls last")
    assert found == [("1", "anna.csv"), ("2", "anna.csv"), (None, "anna.csv")]
    assert nights.ask("select flow, documents from runs where flow = 'codings'") == [
        ("codings", 0),
        ("codings", 0),
    ]


@pytest.mark.slow
def test_a_workbook_is_read(warehouse: Path, tmp_path: Path) -> None:
    rows = drawn(warehouse, tmp_path / "s.csv", 3)
    with xlsxwriter.Workbook(str(tmp_path / "anna.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, name in enumerate([*rows[0], "tone"]):
            sheet.write(0, number, name)
            for place, row in enumerate(rows, 1):
                value = 4 if name == "tone" else row[name]
                sheet.write(place, number, int(value) if name == "version" else value)
    assert imported(warehouse, tmp_path / "anna.xlsx", "ANNA") == ImportedSheet(3, 3, 3)
    assert Nights.of(warehouse, 1).ask("select distinct value from codings") == [("4",)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "9"}, "row 2 .* does not have"),
        ({"article_id": "0" * 32}, "row 2 .* does not have"),
        ({"version": "x"}, "row 2 .* name no article_id and version"),
    ],
)
def test_rows_that_cannot_be_matched_are_refused_by_their_numbers(
    warehouse: Path, tmp_path: Path, change: dict[str, str], message: str
) -> None:
    rows = [row | {"tone": "1"} for row in drawn(warehouse, tmp_path / "s.csv", 3)]
    rows[0] |= change
    with pytest.raises(UsageError, match=message):
        imported(warehouse, filled(rows, tmp_path / "anna.csv"), "ANNA")
    assert Nights.of(warehouse, 1).ask("select count(*) from codings") == [(0,)]


@pytest.mark.slow
def test_other_sheets_are_refused(warehouse: Path, tmp_path: Path) -> None:
    rows = drawn(warehouse, tmp_path / "s.csv", 2)
    with pytest.raises(UsageError, match="no column for a code"):
        imported(warehouse, tmp_path / "s.csv", "ANNA")
    twice = filled([row | {"tone": "1"} for row in rows * 2], tmp_path / "twice.csv")
    with pytest.raises(UsageError, match=r"rows 4 and 5 .* another row"):
        imported(warehouse, twice, "ANNA")
    with pytest.raises(UsageError, match="no column 'article_id'"):
        imported(warehouse, filled([{"a": "1"}], tmp_path / "other.csv"), "ANNA")
    (tmp_path / "old.csv").write_bytes("article_id,version,tone\né".encode("latin-1"))
    with pytest.raises(UsageError, match="not in UTF-8"):
        imported(warehouse, tmp_path / "old.csv", "ANNA")
    (tmp_path / "bad.xlsx").write_bytes(b"PK")
    with pytest.raises(UsageError, match="workbook"):
        imported(warehouse, tmp_path / "bad.xlsx", "ANNA")


@pytest.mark.slow
def test_a_sheet_is_never_replaced_unasked(loaded: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    drawn(loaded, out, 2)
    with pytest.raises(UsageError, match="may hold codings"):
        drawn(loaded, out, 3)
    assert len(drawn(loaded, out, 3, force=True)) == 3
    for wrong in ({"strata": ["mood"]}, {"codes": ["text"]}, {"where": "1; drop table x"}):
        with pytest.raises(UsageError):
            drawn(loaded, tmp_path / "t.csv", **wrong)
    assert not (tmp_path / "t.csv").exists()
    with pytest.raises(UsageError, match="lies in the warehouse"):
        drawn(loaded, loaded / "runs" / "s.csv", 3)


@pytest.mark.slow
def test_codings_that_were_lost_are_named_and_can_be_imported_again(
    warehouse: Path, tmp_path: Path
) -> None:
    rows = [row | {"tone": "1"} for row in drawn(warehouse, tmp_path / "s.csv", 3)]
    sheet = filled(rows, tmp_path / "anna.csv")
    imported(warehouse, sheet, "ANNA")
    [path] = open_lake(warehouse).files(CODINGS)
    Path(path).write_bytes(b"")
    repair(stages_of(warehouse))
    nights = Nights.of(warehouse, 1)
    assert nights.ask("select count(*) from codings") == [(0,)]
    assert nights.ask('select "table", healed from repairs') == [("codings", 0)]
    assert imported(warehouse, sheet, "ANNA").new == 3
    assert nights.ask("select count(*) from codings") == [(3,)]


@pytest.mark.slow
def test_the_commands_say_what_they_did(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    done = run("sample", "3", "--code", "tone", "--out", out, "--warehouse", warehouse)
    assert done.stdout == f"3 articles are in {out}.\n"
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row | {"tone": "1"} for row in csv.DictReader(stream)]
    sheet = filled(rows, tmp_path / "anna.csv")
    done = run("codings", "import", sheet, "--coder", "ANNA", "--warehouse", warehouse)
    assert "3 values, 3 new or changed" in done.stdout
    assert "coded twice" in run("codings", "agreement", "--warehouse", warehouse).stdout
