"""Files of an earlier run are found by the locators that the run gave them."""

from pathlib import Path

import pytest

from config.settings import load_settings
from tasks.read.lookup import file_of, files_of
from tasks.read.plan import plan_inputs
from tests.pipeline.archives import write_stories


@pytest.mark.parametrize("named", ["files", "folders"])
def test_an_archive_keeps_its_locator_when_another_one_of_its_name_is_gone(
    tmp_path: Path, named: str
) -> None:
    """Check archives whose locators begin with their folders, to tell the two apart."""
    settings = load_settings().read
    paths = [tmp_path / folder / "day.warc.gz" for folder in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        write_stories(path, range(2))
    inputs = [str(path if named == "files" else path.parent) for path in paths]
    plan = plan_inputs(inputs, settings, columns={}, limit=None)
    locators = [file_of(span.locator) for batch in plan.batches for span in batch.spans]
    assert locators == ["one/day.warc.gz", "two/day.warc.gz"]
    paths[0].unlink()
    paths[0].parent.rmdir()
    found = files_of(inputs, settings, {})
    assert "one/day.warc.gz" not in found
    assert found["two/day.warc.gz"] == str(paths[1])
