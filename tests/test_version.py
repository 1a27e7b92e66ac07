import re
import subprocess
from pathlib import Path

import pytest

from config import version


@pytest.fixture(autouse=True)
def unknown() -> None:
    version.code_version.cache_clear()


def test_in_a_clone_the_version_names_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=Test", "-c", "user.email=test@courier.example")
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "a").write_text("a")
    git("add", "a")
    git("commit", "-q", "-m", "one")
    monkeypatch.setattr(version, "CLONE", tmp_path)
    commit = git("rev-parse", "--short=9", "HEAD")
    assert re.fullmatch(r"\d+\.\d+\.\d+\+g" + commit, version.code_version())
    version.code_version.cache_clear()
    (tmp_path / "a").write_text("b")
    assert version.code_version().endswith(f"+g{commit}.dirty")


def test_elsewhere_it_names_the_commit_that_the_build_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "CLONE", tmp_path)
    monkeypatch.setattr(version, "COMMIT", tmp_path / "commit.txt")
    assert re.fullmatch(r"\d+\.\d+\.\d+", version.code_version())
    (tmp_path / "commit.txt").write_text("0123abcde\n")
    version.code_version.cache_clear()
    assert version.code_version().endswith("+g0123abcde")


def test_a_broken_repository_costs_the_commit_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(version, "CLONE", tmp_path)
    assert "+" not in version.code_version()
