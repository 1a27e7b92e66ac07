"""Learned and configured boilerplate of a source stays in force after the source was renamed."""

from pathlib import Path

import pytest

from tests.boilerplate.recurring_lines import COURIER, LINE, OTHER, write_rows
from tests.pipeline.command import ask, run
from tests.warehouse.visits import Visits

pytestmark = pytest.mark.timeout(240)
SUNDAY = "Courier on Sunday"


@pytest.mark.slow
def test_boilerplate_of_the_former_name_is_removed_from_articles_of_the_new_one(
    tmp_path: Path,
) -> None:
    warehouse = tmp_path / "w"

    def take(numbers: range, days: range, *lines: str, source: str) -> None:
        rows = write_rows(tmp_path / f"{numbers.start}.jsonl", numbers, days, *lines)
        run("ingest", rows, "-w", warehouse, "--source", source)

    take(range(25), range(1, 6), LINE, source=COURIER)
    (warehouse / "boilerplate.toml").write_text(f'["{COURIER}"]\ndrop = ["{OTHER}"]\n')
    Visits(warehouse).renamed(0, SUNDAY, COURIER)
    take(range(30, 34), range(6, 7), LINE, OTHER, source=SUNDAY)
    take(range(40, 44), range(7, 8), LINE, OTHER, source=SUNDAY)
    late = "select text from articles where published_date >= '2025-03-06'"
    texts = [row["text"] for row in ask(warehouse, late)]
    assert len(texts) == 8
    assert not [text for text in texts if LINE in text or OTHER in text]
    assert ask(
        warehouse, "select source, line, state, articles from boilerplate order by state"
    ) == [
        {"source": SUNDAY, "line": OTHER, "state": "dropped", "articles": 0},
        {"source": SUNDAY, "line": LINE, "state": "learned", "articles": 25},
    ]
    changes = "select source, line from boilerplate_history"
    assert len(ask(warehouse, changes)) == 2, "nothing is learned anew, nor said again each night"
    assert ask(warehouse, "select source, count(*) as n from articles group by source") == [
        {"source": SUNDAY, "n": 33}
    ]
