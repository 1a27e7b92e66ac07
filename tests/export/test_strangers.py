"""Each format of an export has the same rows in every program of others that opens it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.test_export import export, texts_of, warehouse
from tests.readers import run_as_reader

__all__ = ["warehouse"]
pytestmark = pytest.mark.slow
# Each prints the number of rows and a hash of their addresses and texts.
READERS = {
    "parquet": {
        "pandas": "pandas.read_parquet(file)",
        "polars": "polars.read_parquet(file)",
        "duckdb": "duckdb.read_parquet(file)",
    },
    "csv": {
        "pandas": "pandas.read_csv(file)",
        "polars": "polars.read_csv(file, infer_schema=False)",
        "duckdb": "duckdb.read_csv(file, header=True, all_varchar=True)",
    },
    "jsonl": {
        "pandas": "pandas.read_json(file, lines=True)",
        "polars": "polars.read_ndjson(file)",
        "duckdb": "duckdb.read_json(file)",
    },
    "xlsx": {"pandas": "pandas.read_excel(file, engine='calamine')"},
    "duckdb": {"duckdb": "duckdb.connect(file, read_only=True).table('articles')"},
}
PROGRAM = """
import sys
import {module}
file = {file!r}
rows = {call}
if "{module}" == "duckdb":
    pairs = rows.project("url, text").fetchall()
else:
    pairs = list(zip(rows["url"].to_list(), rows["text"].to_list()))
sys.stdout.reconfigure(encoding="utf-8")
print(sorted(pairs))
"""


@pytest.mark.parametrize("form", READERS)
def test_programs_of_others_read_the_same_rows(
    warehouse: Path,
    tmp_path: Path,
    form: str,
) -> None:
    out = export(warehouse, tmp_path / f"a.{form}")
    cut = 32_767 if form == "xlsx" else None
    expected = sorted((url, text[:cut]) for url, text in texts_of(warehouse).items())
    for module, call in READERS[form].items():
        program = PROGRAM.format(module=module, call=call, file=out.name)
        assert run_as_reader(program, tmp_path).strip() == str(expected), module
    if form == "xlsx":
        subprocess.run([sys.executable, "-m", "zipfile", "-t", str(out)], check=True)


def test_a_folder_of_texts_is_read_without_any_library(
    warehouse: Path,
    tmp_path: Path,
) -> None:
    out = export(warehouse, tmp_path / "corpus", "txt")
    words = subprocess.run(
        ["sh", "-c", "cat texts/*.txt | iconv -f utf-8 -t utf-8 | wc -w"],
        cwd=out,
        capture_output=True,
        check=True,
    )
    expected = sum(len(text.split()) for text in texts_of(warehouse).values())
    assert abs(int(words.stdout) - expected) < 10
