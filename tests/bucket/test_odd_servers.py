"""Web servers that answer nonsense are named in one sentence, and none of it is read as a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from config.errors import UsageError
from config.settings import load_settings
from tasks.read.plan import plan_inputs
from tasks.read.remote.addresses import has_login
from tasks.read.remote.web_inputs import WebInputError, web_source
from tests.bucket.web import serving

CONTENT = bytes(range(200))


@contextmanager
def _answering(status: int, headers: dict[str, str], content: bytes = b"") -> Iterator[str]:
    """Run a server that gives all requests one answer, and yield the address of a file."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with serving(Handler) as address:
        yield f"{address}/a.jsonl"


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (302, {"Location": "/a.jsonl"}, "it answers 302 .* infinite loop"),
        (302, {"Location": "http://[::bad/a.jsonl"}, "Invalid IPv6 URL"),
        (302, {"Location": "file:///etc/passwd"}, "is not allowed"),
        (200, {"Content-Length": "many"}, "invalid literal"),
        (500, {}, "it answers 500"),
    ],
)
def test_an_answer_of_nonsense_is_one_sentence(
    status: int, headers: dict[str, str], reason: str
) -> None:
    with _answering(status, headers) as address, pytest.raises(WebInputError) as error:
        web_source(address, load_settings().bucket)
    assert error.match(rf"for {address} \(.*{reason}.*\): check the address")
    assert "\n" not in str(error.value)


def test_another_range_than_the_one_asked_for_is_not_read() -> None:
    headers = {"Content-Range": f"bytes 0-49/{len(CONTENT)}"}
    with _answering(206, headers, CONTENT[:50]) as address:
        source = web_source(address, load_settings().bucket)
        assert source.read(0, 50) == CONTENT[:50]
        with pytest.raises(WebInputError, match="another range than it was asked for"):
            source.read(50, 100)


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet?key=1", "a.warc.gz"])
def test_a_login_page_in_the_place_of_a_file_is_one_sentence(name: str) -> None:
    login = b"<!doctype html><title>Log in</title><form><input name=user></form>"
    with _answering(200, {"Content-Type": "text/html"}, login) as address:
        asked = address.replace("a.jsonl", name)
        with pytest.raises(UsageError, match=r"is a web page .*: download the file ") as error:
            plan_inputs([asked], load_settings().read, columns={}, limit=None)
    assert str(error.value).startswith(f"{asked} is a web page ")


def test_an_address_of_nonsense_is_one_sentence() -> None:
    address = "http://[::1/a.jsonl"
    assert not has_login(address)
    with pytest.raises(WebInputError, match="Invalid IPv6 URL"):
        web_source(address, load_settings().bucket)
