"""Files of runs that are damaged in any way are named as damaged."""

from pathlib import Path

import pytest

from config.errors import BroadsheetError
from config.settings import load_settings
from flows.actions.doctor import CHECKS
from tasks.runs.description import as_json, described
from tasks.runs.unfinished import require_resumable, unfinished

pytestmark = pytest.mark.timeout(300)
RUN = "20250313T020000000000Z-00000000"
CONTENTS = (b"", b'{"flow": "ing', b"[3]", b"null", b"3", b'{"flow": 3}', b"\xff\xfe")
NAMES = (
    *("run.json", "resolved.json", "batches/00000.json", "done/00000.json", "targets.json"),
    *("fetched.json", "learned.json", "discovered/press.json"),
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", CONTENTS)
def test_a_damaged_file_of_an_unfinished_run_is_named(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / "runs" / RUN / name
    (tmp_path / "runs" / RUN).mkdir(parents=True)
    path.parent.mkdir(exist_ok=True)
    description = described("ingest", {}, (), load_settings(warehouse=tmp_path))
    (tmp_path / "runs" / RUN / "run.json").write_bytes(as_json(description.fields()))
    assert [state.fault for state in unfinished(tmp_path)] == [None]
    path.write_bytes(content)
    [state] = unfinished(tmp_path)
    assert state.fault is not None
    with pytest.raises((BroadsheetError, RuntimeError), match="cannot be resumed"):
        CHECKS["runs"](load_settings(warehouse=tmp_path))
    with pytest.raises(BroadsheetError, match="cannot be resumed"):
        require_resumable(tmp_path, with_lake=True)
