"""Import from CC-NEWS: only records of the wanted domains and days become documents."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.pipeline.archives import page, write_warc
from tests.pipeline.command import ask, run

pytestmark = pytest.mark.slow

BOUNDS = ("--from", "2025-01-20", "--to", "2025-02-10")


class QuietHandler(SimpleHTTPRequestHandler):
    """A server of files that does not log requests."""

    def log_message(self, format: str, *args: object) -> None:
        """Ignore a message."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Write two files like those of CC-NEWS, of March 11 and 12, each with three domains."""
    folder = tmp_path / "cc"
    folder.mkdir()
    for day in (11, 12):
        pages = {
            f"https://{site}.example/2025/03/{day}/district-{number}": page(100 * day + number)
            for number in range(3)
            for site in ("courier", "www.tide", "spam")
        }
        write_warc(folder / f"CC-NEWS-202503{day}010000-00001.warc.gz", pages, day=day)
    return folder


@pytest.fixture
def server(archive: Path) -> Iterator[str]:
    handler = partial(QuietHandler, directory=str(archive))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


DOMAINS = ("--domain", "courier.example", "--domain", "tide.example")


def test_only_wanted_domains_and_days_of_a_folder_are_imported(
    archive: Path, tmp_path: Path
) -> None:
    days = ("--from", "2025-03-12", "--to", "2025-03-12")
    run("backfill", "--ccnews", archive, *DOMAINS, *days, "-w", tmp_path / "w")
    found = ask(tmp_path / "w", "select url, domain from articles order by url")
    assert {row["domain"] for row in found} == {"courier.example", "tide.example"}
    assert len(found) == 6
    assert all("/12/" in row["url"] for row in found)
    assert ask(tmp_path / "w", "select count(*) as n from documents") == [{"n": 6}]
    details = ask(tmp_path / "w", "select detail from fetches where kind = 'ccnews' order by url")
    assert details[-1] == {"detail": "6 records copied, 3 others skipped"}


def test_a_second_import_changes_no_article(archive: Path, tmp_path: Path) -> None:
    for _ in range(2):
        run("backfill", "--ccnews", archive, *DOMAINS, "-w", tmp_path / "w")
    counts = ask(tmp_path / "w", "select documents, loaded, duplicate from runs order by run_id")
    assert counts == [
        {"documents": 12, "loaded": 12, "duplicate": 0},
        {"documents": 12, "loaded": 0, "duplicate": 12},
    ]


def test_a_list_of_addresses_is_downloaded_and_articles_get_their_configured_source(
    archive: Path, server: str, tmp_path: Path
) -> None:
    names = sorted(path.name for path in archive.iterdir())
    listed = tmp_path / "warc.paths.gz"
    listed.write_bytes(gzip.compress("\n".join(f"{server}/{name}" for name in names).encode()))
    (tmp_path / "sources.toml").write_text(
        "[[source]]\nname = 'The Courier'\nhomepage = 'https://courier.example/'\n"
    )
    config = tmp_path / "broadsheet.toml"
    config.write_text(
        f"sources = '{tmp_path / 'sources.toml'}'\n"
        "[fetch]\nfree_bytes = 0\nallow_networks = ['127.0.0.0/8']\n"
    )
    run("backfill", "--ccnews", listed, "-w", tmp_path / "w", "--config", config)
    found = ask(tmp_path / "w", "select source, count(*) as n from articles group by all")
    assert found == [{"source": "The Courier", "n": 6}]


def test_hostile_servers_cost_their_own_line_only(archive: Path, tmp_path: Path) -> None:
    """Import a list with archives that never end, arrive very slowly, or lead elsewhere."""
    with hostile(archive) as server:
        names = sorted(path.name for path in archive.iterdir())
        listed = tmp_path / "warc.paths"
        lines = ["endless", "dripping", "redirect", "short", "", "..", f"b/{names[0]}", *names]
        listed.write_text("\n".join(f"{server}/{name}" for name in lines))
        config = tmp_path / "broadsheet.toml"
        config.write_text(
            "[fetch]\nfree_bytes = 0\nallow_networks = ['127.0.0.0/8']\n"
            "ccnews_bytes = 1_000_000\nccnews_seconds = 1.5\n"
        )
        run("backfill", "--ccnews", listed, *DOMAINS, "-w", tmp_path / "w", "--config", config)
    found = ask(tmp_path / "w", "select url, reason from fetches where outcome = 'failed'")
    assert {row["url"].rpartition("/")[2]: row["reason"] for row in found} == {
        "endless": "too_large",
        "dripping": "timeout",
        "redirect": "http_status",
        "short": "truncated",
        "": "http_status",
        "..": "http_status",
        names[0]: "http_status",
    }
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 12}]


class HostileHandler(QuietHandler):
    """A server of a folder's files that gives hostile answers under some names."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        match self.path:
            case "/endless":
                self.stream(b"x" * 65_536, pause=0)
            case "/dripping":
                self.stream(b"x", pause=0.05)
            case "/redirect":
                self.answer(302, ("Location", "file:///etc/passwd"))
            case "/short":
                self.answer(200, ("Content-Length", "5000"))
                self.wfile.write(b"WARC")
            case _ if Path(self.directory, self.path[1:]).is_file():
                super().do_GET()
            case _:
                self.answer(404, ("Content-Length", "0"))

    def answer(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for header in (*headers, ("Connection", "close")):
            self.send_header(*header)
        self.end_headers()
        self.close_connection = True

    def stream(self, part: bytes, pause: float) -> None:
        self.answer(200, ("Transfer-Encoding", "chunked"))
        with suppress(OSError):
            while True:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.wfile.flush()
                time.sleep(pause)


@contextmanager
def hostile(archive: Path) -> Iterator[str]:
    handler = partial(HostileHandler, directory=str(archive))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()


def test_a_range_of_days_may_extend_over_the_end_of_a_month(tmp_path: Path) -> None:
    listed = tmp_path / "warc.paths"
    for name in ("20250119", "20250131", "20250201", "20250210", "20250211"):
        write_warc(
            tmp_path / f"CC-NEWS-{name}010000-00001.warc.gz",
            {f"https://courier.example/{name}": page(int(name[-2:]))},
        )
    listed.write_text(
        "\n".join(path.name for path in sorted(tmp_path.glob("CC-NEWS-*"))), encoding="utf-8"
    )
    run("backfill", "--ccnews", listed, *DOMAINS, *BOUNDS, "-w", tmp_path / "w")
    asked = ask(tmp_path / "w", "select url from fetches where kind = 'ccnews' order by url")
    days = [row["url"].partition("CC-NEWS-")[2][:8] for row in asked]
    assert days == ["20250119", "20250131", "20250201", "20250210"]


def test_a_damaged_record_has_a_row_and_the_others_are_imported(
    archive: Path, tmp_path: Path
) -> None:
    victim = sorted(archive.iterdir())[0]
    content = bytearray(victim.read_bytes())
    middle = content.find(b"\x1f\x8b\x08", len(content) // 2)
    content[middle + 200 : middle + 260] = b"\0" * 60
    victim.write_bytes(content)
    run("backfill", "--ccnews", victim, *DOMAINS, "-w", tmp_path / "w")
    ledger = ask(tmp_path / "w", "select outcome, reason from documents")
    assert sum(row["outcome"] == "loaded" for row in ledger) >= 5
    [fetch] = ask(tmp_path / "w", "select detail from fetches where kind = 'ccnews'")
    assert len(ledger) == int(fetch["detail"].partition(" ")[0])


def test_input_that_is_not_an_archive_or_lacks_a_domain_is_wrong_usage(
    archive: Path, tmp_path: Path
) -> None:
    nothing = run("backfill", "--ccnews", tmp_path / "none", *DOMAINS, status=2)
    assert "does not exist" in nothing.stderr
    config = tmp_path / "broadsheet.toml"
    config.write_text(f"sources = '{tmp_path / 'none.toml'}'\n")
    unnamed = run("backfill", "--ccnews", archive, "--config", config, status=2)
    assert "--domain" in unnamed.stderr
    shared = run("backfill", "--ccnews", archive, "--domain", "blogspot.com", status=2)
    assert "any.blogspot.com" in shared.stderr
    plain = tmp_path / "plain.warc"
    plain.write_bytes(b"WARC/1.1\r\n")
    refused = run("backfill", "--ccnews", plain, *DOMAINS, status=2)
    assert "broadsheet ingest" in refused.stderr
    both = run("backfill", "A", "--ccnews", archive, status=2)
    assert "--ccnews" in both.stderr
