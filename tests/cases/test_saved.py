"""Cases about saved pages and web archives: own addresses, and nothing that was added."""

from pathlib import Path

import pytest

from tests.cases.places import ingested, needs_cases
from tests.pipeline.command import ask

pytestmark = [pytest.mark.slow, needs_cases]
SITE = "https://www.hembrypost.example/"
LOADED = "select url, text, fetched_at, domain, version from articles order by url"


@pytest.mark.parametrize(
    ("number", "urls", "rows"),
    [
        (26, ["s/261"], 1),
        (27, ["2016/03/04/w271"], 1),
        (28, ["2023/05/10/s281"], 2),
        (29, ["2023/05/10/s291"], 1),
        (30, ["2023/05/10/h301.html"], 4),
        (32, ["2023/05/10/z321"], 5),
        (35, ["2023/05/10/t355", "2023/05/10/t356"], 2),
        (36, ["2023/05/10/a361"], 1),
    ],
)
def test_each_page_is_one_article_at_its_own_address(
    tmp_path: Path, number: int, urls: list[str], rows: int
) -> None:
    warehouse = ingested(number, tmp_path / "w")
    found = ask(warehouse, LOADED)
    assert [row["url"] for row in found] == [SITE + url for url in urls]
    assert {(row["domain"], row["version"]) for row in found} == {("hembrypost.example", 1)}
    assert not any(word in row["text"] for row in found for word in ("captures", "Weather", "=C3"))
    accounted = ask(warehouse, "select count(*) as n, count(reason) as told from documents")
    assert accounted == [{"n": rows, "told": rows - len(urls)}]


@pytest.mark.parametrize(
    ("number", "when"),
    [(26, "2023-05-10 08:15"), (27, "2016-03-05 12:00"), (29, "2023-05-11 08:10")],
)
def test_a_saved_page_was_fetched_when_it_was_saved(tmp_path: Path, number: int, when: str) -> None:
    found = ask(ingested(number, tmp_path / "w"), LOADED)
    assert found[0]["fetched_at"].replace("T", " ").startswith(when)
