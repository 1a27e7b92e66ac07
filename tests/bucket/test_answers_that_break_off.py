"""An object is not taken for an empty one if the answer with its size broke off."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from config.settings import load_settings
from tests.bucket.web import serving
from warehouse.bucket.objects import BucketError, open_bucket

CONTENT = b'{"spans": []}'


class _Handler(BaseHTTPRequestHandler):
    """Breaks the first answer with the size of the object off, within its headers."""

    protocol_version = "HTTP/1.1"
    sizes = 0

    def do_HEAD(self) -> None:
        type(self).sizes += 1
        if self.sizes == 1:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nServer: s3\r\nConte")
            self.close_connection = True
            return
        self._answer()

    def do_GET(self) -> None:
        self._answer()
        self.wfile.write(CONTENT)

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "desk")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    _Handler.sizes = 0
    with serving(_Handler) as address:
        yield address


def test_a_size_that_broke_off_is_not_believed(endpoint: str, tmp_path: Path) -> None:
    service = load_settings(bucket={"endpoint": endpoint, "region": "here"}).bucket
    bucket, path = open_bucket("s3://news/run", service), tmp_path / "batch.json"
    with pytest.raises(BucketError, match="broke off an answer on s3://news/run/"):
        bucket.download("batch.json", path)
    assert not path.exists()
    bucket.download("batch.json", path)
    assert path.read_bytes() == CONTENT
