"""The report on loopback: its folder and nothing else, for this machine and nobody else."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from flows.service.report_server import report_served

SECRET = "the key of a source"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Settings, str]]:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "index.html").write_text("<!doctype html>the corpus", "utf-8")
    (tmp_path / "secret.html").write_text(SECRET, "utf-8")
    (tmp_path / "report" / "link.html").symlink_to(tmp_path / "secret.html")
    (tmp_path / "report" / ".index.html.0123456789abcdef").write_text(SECRET, "utf-8")
    with socket.socket() as taken:  # the wanted port is another program's, so a free one is used
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = load_settings(warehouse=tmp_path, publish={"report_port": port})
        with report_served(settings) as address:
            assert address is not None
            assert str(port) not in address
            yield settings, address.removeprefix("http://").rstrip("/")


def ask(
    host: str, path: str, method: str = "GET", claimed: str | None = None
) -> tuple[int, str, str]:
    """Return status, body and the policy of an answer to a path that is sent as it is."""
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", claimed or host)
        connection.endheaders()
        answer = connection.getresponse()
        policy = answer.getheader("Content-Security-Policy") or ""
        return answer.status, answer.read().decode(), policy
    finally:
        connection.close()


def test_the_report_is_served(served: tuple[Settings, str]) -> None:
    for path in ("/", "/index.html", "/?print"):
        status, body, policy = ask(served[1], path)
        assert (status, body) == (200, "<!doctype html>the corpus")
        assert "default-src 'none'" in policy
    assert ask(served[1], "/", "HEAD")[:2] == (200, "")


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.html", "/%2e%2e/secret.html", "//secret.html", "/..%2fsecret.html"),
        *("/link.html", "/.index.html.0123456789abcdef", "/report/index.html", "/news.duckdb"),
        *("/index.html/../../secret.html", "/index.html%00", "\\..\\secret.html", "http:"),
    ],
)
def test_nothing_else_is(served: tuple[Settings, str], path: str) -> None:
    status, body, _ = ask(served[1], path)
    assert status == 404
    assert SECRET not in body


def test_it_cannot_be_written_to_and_answers_to_no_other_name(served: tuple[Settings, str]) -> None:
    assert ask(served[1], "/index.html", "PUT")[0] == 501
    assert ask(served[1], "/index.html", "DELETE")[0] == 501
    assert ask(served[1], "/", claimed="press.example")[0] == 404


def test_it_listens_on_this_machine_only(served: tuple[Settings, str]) -> None:
    host, _, port = served[1].partition(":")
    assert host == "127.0.0.1"
    with socket.socket() as other:
        other.bind(("127.0.0.2", int(port)))  # refused if the server listened on all addresses


def test_without_a_report_it_says_so_and_without_a_port_nothing_is_served(tmp_path: Path) -> None:
    with report_served(load_settings(warehouse=tmp_path, publish={"report_port": 0})) as address:
        assert address is None
    with report_served(load_settings(warehouse=tmp_path)) as address:
        assert address is not None
        assert ask(address.removeprefix("http://").rstrip("/"), "/")[0] == 404
