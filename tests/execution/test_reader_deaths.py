"""A reader that hangs or crashes costs only the file or archive member that it was reading."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.pipeline.archives import page, story
from tests.pipeline.command import ask, run

# A sitecustomize.py, which Python imports when it starts. In batch workers it makes reading rows
# with these words hang or crash the process, as a defect of a library in C would, or raise the
# error of a system that refuses a request.
FAULTS = """
import os, sys, time
if "tasks.execution.batch_worker" in sys.orig_argv:
    from tasks.read.formats import json_rows, json_values
    genuine = json_values.parse_json
    def parse_json(data):
        if b"HANGS" in data:
            time.sleep(1000)
        if b"CRASHES" in data:
            os.abort()
        if b"RAISES" in data:
            raise OSError(22, "Invalid argument")
        return genuine(data)
    json_rows.parse_json = json_values.parse_json = parse_json
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


def test_a_reader_that_dies_costs_its_file_or_member_and_no_other(
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
    (folder / "23-raises.jsonl").write_bytes(rows(killer="RAISES").replace(b"/r", b"/y"))
    (folder / "30.tar").write_bytes(tarred({**members, "c.html": page(53).encode()}))

    run("ingest", folder, "--warehouse", tmp_path / "w", "--workers", "1", **faulty)

    dead = ask(tmp_path / "w", "select locator from documents where reason = 'reader_died'")
    assert sorted(found["locator"] for found in dead) == [
        "22-rows.jsonl#row=2 (and what follows)",
        "23-raises.jsonl#row=2 (and what follows)",
        "25.zip!b.jsonl#row=2 (and what follows)",
        "30.tar!b.json",
    ]
    loaded = ask(tmp_path / "w", "select locator from documents where outcome = 'loaded'")
    names = {found["locator"] for found in loaded}
    assert {f"{number}.html" for number in range(20, 40)} <= names
    assert names - {f"{number}.html" for number in range(20, 40)} == {
        "22-rows.jsonl#row=1",
        "22-rows.jsonl#row=2",
        "23-raises.jsonl#row=1",
        "23-raises.jsonl#row=2",
        "25.zip!a.html",
        "25.zip!b.jsonl#row=1",
        "25.zip!b.jsonl#row=2",
        "25.zip!c.html",
        "30.tar!a.html",
        "30.tar!c.html",
    }
