"""Lists of CC-NEWS archives: bad lines are reported, and the others are used."""

import gzip
import os
from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import FetchSettings, load_settings
from tasks.jobs.ccnews_list import MOST_LINE_BYTES, archives_below, read_list
from tests.jobs.test_ccnews import DOMAINS
from tests.pipeline.archives import page, write_warc
from tests.pipeline.command import ask, run

NAME = "CC-NEWS-20250311010000-00001.warc.gz"
COMMON = "https://data.commoncrawl.org/"


def fetch(**changes: object) -> FetchSettings:
    return load_settings().fetch.model_copy(update=changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with archives and lists, and files outside that no list in it may name."""
    (tmp_path / "outside").mkdir()
    for place in (tmp_path / "outside", tmp_path / "lists", tmp_path / "lists" / "deep"):
        place.mkdir(exist_ok=True)
        write_warc(place / NAME, {"https://courier.example/1": page(1)})
    folder = tmp_path / "lists"
    (folder / "link.warc.gz").symlink_to(tmp_path / "outside" / NAME)
    (folder / "inner.warc.gz").symlink_to(folder / NAME)
    (folder / "way").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    return folder


def read(folder: Path, content: bytes, name: str = "warc.paths") -> tuple[list[str], list[str]]:
    """Read a list with this content; return its files, and reason and detail of each bad line."""
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = read_list(path, fetch())
    return list(found.files), [f"{one.reason}: {one.detail}" for one in found.bad]


@pytest.mark.parametrize("name", ["warc.paths", "warc.paths.gz"])
def test_addresses_and_files_below_the_folder_are_used(folder: Path, name: str) -> None:
    lines = [
        "\ufeff# a comment",
        "",
        f"https://data.commoncrawl.org/{NAME}",
        f"  HTTP://data.commoncrawl.org/a/{NAME}  ",
        NAME,
        f"deep/{NAME}",
        f"deep/../{NAME}",
        "inner.warc.gz",
        str(folder / NAME),
        "crawl-data/CC-NEWS/2025/03/other.warc.gz",
        "  # another",
        NAME,
    ]
    files, bad = read(folder, "\r\n".join(lines).encode(), name)
    assert not bad
    assert files == [
        f"https://data.commoncrawl.org/{NAME}",
        f"HTTP://data.commoncrawl.org/a/{NAME}",
        str(folder / NAME),
        str(folder / "deep" / NAME),
        str(folder / "deep" / ".." / NAME),
        str(folder / "inner.warc.gz"),
        f"{COMMON}crawl-data/CC-NEWS/2025/03/other.warc.gz",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("file:///etc/hostname", "scheme"),
        ("FILE:/etc/hostname", "scheme"),
        ("ftp://data.commoncrawl.org/a.warc.gz", "scheme"),
        ("s3://commoncrawl/a.warc.gz", "scheme"),
        ("data:application/gzip;base64,H4sI", "scheme"),
        ("C:/archives/a.warc.gz", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("/etc/hostname", "outside"),
        ("{outside}/" + NAME, "outside"),
        ("../outside/" + NAME, "outside"),
        ("deep/../../outside/" + NAME, "outside"),
        ("../../../../crawl-data/a.warc.gz", "outside"),
        ("link.warc.gz", "outside"),
        ("way/" + NAME, "outside"),
        ("loop", "outside"),
        ("pipe", "outside"),
        ("deep", "outside"),
        ("{folder}/not-there.warc.gz", "outside"),
        ("//evil.example/a.warc.gz", "outside"),
        ("http://127.0.0.1/a.warc.gz", "private_address"),
        ("http://[::1]/a.warc.gz", "private_address"),
        ("http://169.254.169.254/latest/meta-data", "private_address"),
        ("http://localhost/a.warc.gz", "private_address"),
        ("http://2130706433/a.warc.gz", "private_address"),
        ("https://data.commoncrawl.org:22/a.warc.gz", "bad_url"),
        ("https://desk:pw@data.commoncrawl.org/a.warc.gz", "userinfo"),
        ("https:///a.warc.gz", "bad_url"),
        ("http:", "bad_url"),
        ("https://data.commoncrawl.org:no/a.warc.gz", "bad_url"),
        ("a\x00b", "bad_url"),
        ("a\x1b[31mb", "bad_url"),
        ("..\\outside\\" + NAME, "bad_url"),
        ("x" * (MOST_LINE_BYTES + 1), "bad_url"),
        ("x" * 3_000_000, "bad_url"),
        ("https://data.commoncrawl.org/" + "x" * 3_000_000, "bad_url"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_a_bad_line_is_reported_and_its_neighbours_are_used(
    folder: Path, line: str, reason: str
) -> None:
    line = line.replace("{folder}", str(folder))
    line = line.replace("{outside}", str(folder.parent / "outside"))
    files, [bad] = read(folder, f"{NAME}\n{line}\ndeep/{NAME}\n".encode())
    assert files == [str(folder / NAME), str(folder / "deep" / NAME)]
    assert bad.startswith(f"{reason}: line 2: ")


def test_a_line_that_is_not_utf_8_is_a_bad_line(folder: Path) -> None:
    files, bad = read(folder, b"\xff\xfe\x00a\n" + NAME.encode() + b"\n\xe4.warc.gz")
    assert files == [str(folder / NAME)]
    assert bad == ["bad_url: line 1: it is not UTF-8", "bad_url: line 3: it is not UTF-8"]


def test_a_list_that_expands_without_end_is_refused(folder: Path) -> None:
    path = folder / "warc.paths.gz"
    path.write_bytes(gzip.compress(b"\n" * 12_000_000))
    with pytest.raises(UsageError, match="more than 10 MB of lines"):
        read_list(path, fetch())
    path.write_bytes(gzip.compress(b"x" * 12_000_000))
    with pytest.raises(UsageError, match="more than 10 MB of lines"):
        read_list(path, fetch())


def test_a_truncated_list_is_refused(folder: Path) -> None:
    path = folder / "warc.paths.gz"
    path.write_bytes(gzip.compress(b"a.warc.gz\n" * 9)[:-12])
    with pytest.raises(UsageError, match="Cannot read"):
        read_list(path, fetch())


def test_links_out_of_a_folder_of_archives_are_not_followed(folder: Path) -> None:
    found = archives_below(folder)
    assert set(found.files) == {
        str(folder / NAME),
        str(folder / "deep" / NAME),
        str(folder / "inner.warc.gz"),
    }
    assert [(one.text, str(one.reason)) for one in found.bad] == [
        (str(folder / "link.warc.gz"), "outside")
    ]


def test_private_networks_that_the_settings_allow_may_be_named(folder: Path) -> None:
    path = folder / "warc.paths"
    path.write_text("http://10.1.2.3/a.warc.gz\n")
    assert not read_list(path, fetch()).files
    assert read_list(path, fetch(allow_networks=("10.1.0.0/16",))).files


def test_bad_lines_have_rows_and_notices_and_the_others_are_loaded(
    folder: Path, tmp_path: Path
) -> None:
    path = folder / "warc.paths"
    path.write_bytes(
        b"file:///etc/passwd\n../outside/x\n\xff\n" + NAME.encode() + b"\n" + b"x" * 9_000
    )
    said = run("backfill", "--ccnews", path, *DOMAINS, "-w", tmp_path / "w")
    assert "Left out: file:///etc/passwd (line 1: file: only http and https are read)" in (
        " ".join(said.stderr.split())
    )
    rows = ask(
        tmp_path / "w",
        "select outcome, reason, attempt, detail from fetches where kind = 'ccnews' "
        "and outcome <> 'fetched' order by detail",
    )
    assert [(row["outcome"], row["reason"], row["attempt"]) for row in rows] == [
        ("refused", "scheme", 0),
        ("refused", "outside", 0),
        ("refused", "bad_url", 0),
        ("refused", "bad_url", 0),
    ]
    assert ask(tmp_path / "w", "select count(*) as n from articles") == [{"n": 1}]


def test_a_list_with_only_bad_lines_is_wrong_usage_with_a_reason(
    folder: Path, tmp_path: Path
) -> None:
    path = folder / "warc.paths"
    path.write_text("/etc/passwd\n")
    said = run("backfill", "--ccnews", path, *DOMAINS, "-w", tmp_path / "w", status=2)
    assert "/etc/passwd, line 1: it lies outside the folder of the list" in (
        " ".join(said.stderr.split())
    )
    assert not (tmp_path / "w").exists()
