"""Inputs at which a reader hangs or crashes cost themselves, whatever they lie in."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.pipeline.archives import page, story
from tests.pipeline.command import ask, run

# A worker's own module: reading rows that hold these words hangs or crashes the process, as a
# defect of a library in C would.
FAULTS = """
import os, sys, time
if "tasks.batch_worker" in sys.orig_argv:
    import tasks.read.json_rows as json_rows
    genuine = json_rows.parse_json
    def parse_json(data):
        if b"HANGS" in data:
            time.sleep(1000)
        if b"CRASHES" in data:
            os.abort()
        return genuine(data)
    json_rows.parse_json = parse_json
"""


@pytest.fixture
def faulty(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(FAULTS)
    return {"PYTHONPATH": str(tmp_path / "site"), "BROADSHEET_PROCESS__READ_SECONDS": "2"}


def row(number: int, word: str = "") -> str:
    return json.dumps({"url": f"https://courier.example/r{number}", "text": story(number) + word})


def rows(*, killer: str) -> bytes:
    return "\n".join([row(1), row(2), row(3, killer), row(4)]).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def test_a_reader_that_dies_costs_its_file_or_member_and_no_neighbour(
    tmp_path: Path, faulty: dict[str, str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(20, 40):
        (folder / f"{number}.html").write_text(page(number))
    (folder / "22-rows.jsonl").write_bytes(rows(killer="CRASHES"))
    members = {"a.html": page(50).encode(), "b.jsonl": rows(killer="HANGS").replace(b"/r", b"/z")}
    (folder / "25.zip").write_bytes(zipped({**members, "c.html": page(51).encode()}))
    members = {"a.html": page(52).encode(), "b.json": row(60, "CRASHES").encode()}
    (folder / "30.tar").write_bytes(tarred({**members, "c.html": page(53).encode()}))

    run("ingest", folder, "--warehouse", tmp_path / "w", "--workers", "1", **faulty)

    dead = ask(tmp_path / "w", "select locator from documents where reason = 'reader_died'")
    assert sorted(found["locator"] for found in dead) == [
        "22-rows.jsonl#row=2 (and what follows)",
        "25.zip!b.jsonl#row=2 (and what follows)",
        "30.tar!b.json",
    ]
    loaded = ask(tmp_path / "w", "select locator from documents where outcome = 'loaded'")
    names = {found["locator"] for found in loaded}
    assert {f"{number}.html" for number in range(20, 40)} <= names
    assert names - {f"{number}.html" for number in range(20, 40)} == {
        "22-rows.jsonl#row=1",
        "22-rows.jsonl#row=2",
        "25.zip!a.html",
        "25.zip!b.jsonl#row=1",
        "25.zip!b.jsonl#row=2",
        "25.zip!c.html",
        "30.tar!a.html",
        "30.tar!c.html",
    }
