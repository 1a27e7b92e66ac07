"""boilerplate.toml: what an analyst says of single lines."""

from pathlib import Path

import pytest

from config.errors import BroadsheetError
from config.learning import load_overrides


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert load_overrides(tmp_path) == {}


def test_lines_are_kept_or_dropped_by_source(tmp_path: Path) -> None:
    written = '["Harbour Courier"]\nkeep = ["One  line ", "Two"]\ndrop = ["Two", "Three"]\n'
    (tmp_path / "boilerplate.toml").write_text(written, "utf-8")
    found = load_overrides(tmp_path)["Harbour Courier"]
    assert found.states == {"One line": "kept", "Two": "kept", "Three": "dropped"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"[Courier\n", "is not valid TOML"),
        (b"\xff", "is not valid TOML"),
        (b'["Courier"]\nkeep = "a line"\n', "is refused at Courier.keep"),
        (b'["Courier"]\nkeeps = ["a line"]\n', "is refused at Courier.keeps"),
        (b'["Courier"]\ndrop = [" "]\n', "is refused at Courier.drop.0"),
        (b'keep = ["a line"]\n', "is refused at keep"),
    ],
)
def test_a_malformed_file_is_refused_by_its_name_and_key(
    tmp_path: Path, written: bytes, said: str
) -> None:
    (tmp_path / "boilerplate.toml").write_bytes(written)
    with pytest.raises(BroadsheetError, match=said) as refused:
        load_overrides(tmp_path)
    assert str(tmp_path / "boilerplate.toml") in str(refused.value)
    assert refused.value.exit_status == 1
