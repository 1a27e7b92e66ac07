"""The counts of every night add up: in its closing table, in `visits` and in `nights`."""

from io import StringIO
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from flows.terminal.tables import night_table
from tasks.jobs.report import Visit
from tests.nights.night import Desk
from tests.sites.many import ManySites

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
UNEVEN = """
select * from {table}
where found <> new + known + excluded
    or fetched <> loaded + revised + unchanged + rejected + failed
    or reread > fetched
    or least(found, new, known, excluded, fetched, reread, loaded, revised, unchanged) < 0
"""
# The same counts from the single rows; an address counts for the first source that lists it.
FROM_ROWS = """
with attempts as (
    select run_id, source, url_key, arg_max(outcome, started_at) as outcome, any_value(why) as why
    from fetches
    where kind = 'article'
    group by all
)
select
    count(*) filter (outcome in ('fetched', 'unchanged', 'failed')) as fetched,
    count(*) filter (outcome <> 'refused' and outcome <> 'postponed'
        and why in ('revisit', 'changed')) as reread,
    count(*) filter (outcome = 'refused') as refused,
    count(*) filter (outcome = 'postponed') as postponed
from attempts
"""


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_counts_of_random_nights_add_up(
    tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = Random(seed)
    with ManySites(3, 12, seed=seed, faults=0.4) as site:
        desk = Desk(tmp_path, site)
        written = desk.listed.read_text().split("\n\n")
        written[0] += "\nexclude = ['[02468]$']\n"
        desk.listed.write_text("\n\n".join(written))
        desk.settings["fetch"] |= {"tries": 2, "revisit_days": [1, 2]}
        for night in range(4):
            desk.settings["fetch"]["max_per_night"] = chance.choice([4, 9, 100])
            desk.quick_night(night)
            site.next_night(new=chance.randrange(4), revised=chance.randrange(3))
    assert not [record for record in caplog.records if record.exc_info]
    for table in ("visits", "nights"):
        assert desk.ask(UNEVEN.format(table=table)) == []
    totals = "sum(fetched)::int as fetched, sum(reread)::int as reread, "
    totals += "sum(refused)::int as refused, sum(postponed)::int as postponed"
    assert desk.ask(f"select {totals} from visits") == desk.ask(FROM_ROWS)
    [held] = desk.ask("select sum(loaded)::int as loaded, sum(revised)::int as revised from nights")
    assert held["loaded"] == desk.ask("select count(*) as n from articles")[0]["n"]
    assert desk.ask("select count(*) as n from article_versions where version > 1") == [
        {"n": held["revised"]}
    ]
    [kinds] = desk.ask(
        "select sum(known) > 0 as known, sum(excluded) > 0 as excluded, sum(reread) > 0 as reread, "
        "sum(failed) > 0 as failed, sum(unchanged) > 0 as unchanged from nights"
    )
    assert all(kinds.values()), kinds


def visit(source: str, **counts: int) -> Visit:
    names = (
        "found new known excluded fetched reread unchanged loaded revised rejected failed waiting"
    )
    other = {"newest_at": None, "discovery": "ok", "problem": None, "possible_loss": False}
    return Visit(source=source, **(dict.fromkeys(names.split(), 0) | counts), **other)  # type: ignore[arg-type]


def test_the_closing_table_fits_80_columns_and_explains_its_sums() -> None:
    counts = {"found": 12_345, "new": 345, "known": 12_000, "fetched": 2_345, "reread": 2_000}
    rows = [visit("The Harbour Courier of Quillhaven", **counts), visit("Tide", found=1, known=1)]
    out = StringIO()
    Console(file=out, width=80).print(night_table(rows))
    head, courier, _, total, *output = out.getvalue().splitlines()
    assert head.split()[:6] == ["source", "found", "new", "known", "fetched", "again"]
    assert courier.split()[-10:-5] == ["12,345", "345", "12,000", "2,345", "2,000"]
    assert total.split()[:4] == ["all", "12,346", "345", "12,001"]
    assert output[0].startswith("found = new + known; fetched = loaded + revised + same + reject")
    Console(file=out, width=80).print(night_table([visit("Tide", found=3, known=1, excluded=2)]))
    assert "found = new + known + exclud;" in out.getvalue()
