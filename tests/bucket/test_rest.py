"""A lake in a bucket under a REST catalog."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from config.errors import BroadsheetError, WarehouseLockedError
from config.place import CATALOG_TOKEN
from config.settings import Settings
from tasks.jobs.lake import push_by_hand
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.lakes import different_tables, load_rows, pushed, settings_of, write_rows
from tests.bucket.rest_catalog import TOKEN, rest_catalog
from tests.bucket.service import ObjectService
from tests.bucket.web import serving
from warehouse.bucket.catalogs import CatalogError, open_bucket_catalog
from warehouse.bucket.push import LakeBehindError, Pushed
from warehouse.lake import open_lake
from warehouse.schema import SUPERSEDED

pytestmark = pytest.mark.slow

SECONDS = 3.0


def test_a_rest_catalog_names_the_tables(
    objects: ObjectService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with rest_catalog(objects, tmp_path) as address:
        settings = settings_of(objects, address, tmp_path / "news")
        load_rows(settings, "20250311T000000000000Z-00000001", ["a", "b"])
        monkeypatch.setenv(CATALOG_TOKEN, "another-token")
        with pytest.raises(CatalogError, match=f"refused the access: set {CATALOG_TOKEN}") as error:
            pushed(settings)
        assert "another-token" not in str(error.value)
        monkeypatch.setenv(CATALOG_TOKEN, TOKEN)
        pushed(settings)
        assert different_tables(settings) == []
        lake = open_lake(settings.warehouse)
        reduced = [write_rows(lake, "reduced", ["a"])]
        lake.amend(SUPERSEDED, add=reduced, remove=lake.files(SUPERSEDED))
        pushed(settings)
        assert different_tables(settings) == []
        assert pushed(settings) == Pushed()


def test_the_token_is_sent_to_the_address_of_the_setting_only(
    objects: ObjectService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(CATALOG_TOKEN, TOKEN)
    heard: list[str] = []
    with _listening(heard) as other, _referring(other) as address:
        settings = settings_of(objects, address, tmp_path / "news")
        with pytest.raises(CatalogError, match="refers to another address"):
            open_bucket_catalog(settings)
    assert heard == []


@contextmanager
def _listening(heard: list[str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(str(self.headers))

    with serving(Handler) as address:
        yield address


@contextmanager
def _referring(other: str) -> Iterator[str]:
    """Run a catalog whose configuration names another address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = f'{{"defaults": {{}}, "overrides": {{"uri": "{other}"}}}}'.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as address:
        yield address


@pytest.fixture
def catalog_address(
    objects: ObjectService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    monkeypatch.setenv(CATALOG_TOKEN, TOKEN)
    with rest_catalog(objects, tmp_path) as address:
        yield address


def _short_lease(settings: Settings) -> Settings:
    bucket = settings.bucket.model_copy(update={"lease_seconds": SECONDS})
    return settings.model_copy(update={"bucket": bucket})


def _push(settings: Settings) -> Pushed:
    return push_by_hand(Stages(settings, pytest.fail, ProgressListener()))


def _pushed_or_refused(settings: Settings, together: threading.Barrier) -> Pushed | BroadsheetError:
    together.wait()
    try:
        return _push(settings)
    except BroadsheetError as error:
        return error


def test_of_two_machines_that_push_at_once_one_is_refused_and_nothing_is_lost(
    objects: ObjectService, catalog_address: str, tmp_path: Path
) -> None:
    machines = [
        _short_lease(settings_of(objects, catalog_address, tmp_path / name))
        for name in ("first", "second")
    ]
    for number, settings in enumerate(machines, start=1):
        load_rows(settings, f"2025031{number}T000000000000Z-0000000{number}", [f"of-{number}"])
    together = threading.Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        said = list(threads.map(lambda one: _pushed_or_refused(one, together), machines))
    [refusal] = [one for one in said if isinstance(one, BroadsheetError)]
    assert isinstance(refusal, WarehouseLockedError | LakeBehindError)
    assert "\n" not in str(refusal)
    winner, loser = sorted(machines, key=lambda one: said[machines.index(one)] is refusal)

    assert different_tables(winner) == []
    assert different_tables(loser) == [SUPERSEDED.name], "its rows are still there"
    with pytest.raises(LakeBehindError, match="run `broadsheet lake pull`"):
        _push(loser)
    assert different_tables(winner) == []


def test_a_push_is_refused_by_a_writer_that_lives_and_follows_one_that_was_killed(
    objects: ObjectService, catalog_address: str, tmp_path: Path
) -> None:
    settings = _short_lease(settings_of(objects, catalog_address, tmp_path / "news"))
    load_rows(settings, "20250311T000000000000Z-00000001", ["a"])
    place = [catalog_address, settings.lake, str(tmp_path / "other"), str(SECONDS)]
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.bucket.writer", *place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with writer:
        assert writer.stdin
        assert writer.stdout
        try:
            assert writer.stdout.readline().startswith("holds ")
            with pytest.raises(WarehouseLockedError, match=f"in use by process {writer.pid} on "):
                _push(settings)
            writer.stdin.write("commit\n")
            writer.stdin.flush()
            assert writer.stdout.readline().startswith("committed "), "the refused one took nothing"
        finally:
            writer.kill()
    died = time.monotonic()
    assert _push(settings).files == 1
    assert time.monotonic() - died > SECONDS / 2, "a writer that may live is waited for"
    assert different_tables(settings) == []
