"""Extraction on the corpora never falls: floors just under what is reached."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.command import ask, run

CORPORA = os.environ.get("BROADSHEET_CORPORA")
pytestmark = [
    pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora"),
    pytest.mark.timeout(600),
]
# The body model was fitted on these very pages: the floors of texts guard the way from bytes to
# rows. What the model is worth elsewhere is measured out of fold: tests/training/report.json.
FLOORS = {
    "dev": {
        "zyte.text_f1": 0.97,
        "fundus.text_f1": 0.966,
        "fundus.title_exact": 0.85,
        "fundus.author_f1": 0.94,
        "fundus.date_acc": 0.99,
        "fundus.language_acc": 0.98,
        "fundus.tags_f1": 0.81,
        "htmldate.date_acc": 0.915,
    },
    "dev-wcxb": {
        "f1_all": 0.957,
        "with_present": 0.964,
        "without_absent": 0.964,
        "title_exact": 0.85,
        "author_f1": 0.86,
        "date_acc": 0.858,
        "rejected": 0.84,
        "loaded": 0.99,
    },
}
CAPTURE = re.compile(r'"url": "https://web\.archive\.org/web/\d{14}/')
SCORERS = {"dev": "score.py", "dev-wcxb": "score_wcxb.py"}


def with_own_addresses(gold: Path, target: Path) -> Path:
    """Write the gold data with the address of the page itself where it names a capture's.

    Captures of web archives become articles at the address of the page that was captured.
    """
    target.write_text(CAPTURE.sub('"url": "', gold.read_text("utf-8")), "utf-8")
    return target


@pytest.mark.parametrize("suite", FLOORS)
def test_scores_reach_their_floors(suite: str, tmp_path: Path) -> None:
    folder = Path(CORPORA or "")
    run("ingest", folder / suite / "pages.warc.gz", "--warehouse", tmp_path / "w")
    floors = [f"--min={metric}={floor}" for metric, floor in FLOORS[suite].items()]
    gold = with_own_addresses(folder / suite / "gold.jsonl", tmp_path / "gold.jsonl")
    published = tmp_path / "w" / "news.duckdb"
    command = [sys.executable, folder / SCORERS[suite], gold, published, *floors]
    scored = subprocess.run(command, capture_output=True, text=True, check=False)
    assert scored.returncode == 0, scored.stdout + scored.stderr


def test_the_seed_is_one_clean_article_without_an_invented_date(tmp_path: Path) -> None:
    run("ingest", Path(CORPORA or "") / "seed", "--warehouse", tmp_path / "w")
    (found,) = ask(tmp_path / "w", "select title, text, published_at from articles")
    assert found["title"].startswith("Russia’s Lavrov, China’s Wang hail cooperation")
    assert found["published_at"] is None
    for rubbish in ("Skip to content", "Subscribe", " .", "» ,", "”» "):
        assert rubbish not in found["text"]
    assert "supply Moscow with munitions for its war in Ukraine." in found["text"]
