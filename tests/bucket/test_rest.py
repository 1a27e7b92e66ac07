"""A lake in a bucket under a REST catalog."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.place import CATALOG_TOKEN
from tests.bucket.lakes import different_tables, load_rows, pushed, settings_of, write_rows
from tests.bucket.rest_catalog import TOKEN, rest_catalog
from tests.bucket.service import ObjectService
from warehouse.bucket.catalogs import CatalogError, open_bucket_catalog
from warehouse.bucket.push import Pushed
from warehouse.lake import open_lake
from warehouse.schema import SUPERSEDED

pytestmark = pytest.mark.slow


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

    with _serving(Handler) as address:
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

    with _serving(Handler) as address:
        yield address


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
