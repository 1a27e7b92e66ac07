"""A list of addresses is fetched, and each line of it is accounted for."""

import gzip
import json
import os
import signal
import zipfile
from pathlib import Path

import pytest

from config.errors import UsageError
from config.settings import load_settings
from config.sources import Source
from tasks.jobs.url_list import UrlList, read_url_list
from tests.jobs.site import write_config
from tests.pipeline.command import ask, run, start
from tests.sites.many import ManySites

pytestmark = pytest.mark.slow

ONE, TWO = "https://a.example/1", "https://b.example/2"


def read(path: Path, content: bytes | str, configured: tuple[Source, ...] = ()) -> UrlList:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_url_list(path, configured, load_settings(), None)


def addresses(listed: UrlList) -> list[str]:
    return [url for urls in listed.pages.values() for url in urls]


def gdelt(url: str, number: int) -> str:
    """Return a line of an export of events: 61 columns without a header, the address last."""
    return "\t".join([str(number), "20250310", *["x" * (n % 3) for n in range(58)], url])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"{ONE}\n\n# a comment\n  {TWO}  \n"),
        ("a.list", f"url\r\n{ONE}\r\n{TWO}\r\n"),
        ("a.csv", f"id,url,label\n1,{ONE},x\n2,{TWO},y\n"),
        ("a.csv", f"{ONE}\n{TWO}\n"),
        ("a.csv", f"n;seite\n1;{ONE}\n2;{TWO}\n"),
        ("a.jsonl", f'{{"url": "{ONE}", "tone": 1}}\n{{"url": "{TWO}"}}\n'),
        (
            "a.json",
            json.dumps({"articles": [{"url": ONE, "title": "A"}, {"url": TWO, "title": "B"}]}),
        ),
        ("20250310.export.CSV", f"{gdelt(ONE, 1)}\n{gdelt(TWO, 2)}\n"),
        ("gdelt.txt", f"{gdelt(ONE, 1)}\n{gdelt(TWO, 2)}\n"),
        ("a.txt", f"{ONE}\n{TWO}".encode("utf-16")),
    ],
)
def test_addresses_are_found_in_lines_and_columns(
    tmp_path: Path, name: str, content: bytes | str
) -> None:
    listed = read(tmp_path / name, content)

    assert addresses(listed) == [ONE, TWO]
    assert not listed.bad
    assert set(listed.sources) == {"a.example", "b.example"}


def test_a_list_may_be_compressed_or_in_a_zip(tmp_path: Path) -> None:
    text = f"{gdelt(ONE, 1)}\n{gdelt(TWO, 2)}\n"
    with zipfile.ZipFile(tmp_path / "x.export.CSV.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.export.CSV", text)
    packed = gzip.compress(f"{ONE}\n{TWO}\n".encode())

    in_zip = read_url_list(tmp_path / "x.export.CSV.zip", (), load_settings(), None)

    assert addresses(in_zip) == addresses(read(tmp_path / "a.txt.gz", packed)) == [ONE, TWO]


def test_junk_is_left_out_line_by_line_and_repeated_addresses_are_counted(tmp_path: Path) -> None:
    junk = [
        "not an address",
        "ftp://a.example/1",
        "https://user:secret@a.example/",
        "http://127.0.0.1/admin",
        "http://169.254.169.254/latest",
        "http://localhost:8080/",
        "https://a.example:22/",
        "javascript:alert(1)",
        "https://",
        "https://a.example/" + "x" * 9_000,
        "\x1b[31mhttps://a.example/red",
    ]
    text = "\n".join([ONE, *junk, "https://A.example/1#top", f"{ONE}?utm_source=x", TWO])

    listed = read(tmp_path / "a.txt", text)

    assert addresses(listed) == [ONE, TWO]
    assert listed.repeated == 2
    assert [one.detail.partition(":")[0] for one in listed.bad] == [
        f"line {number}" for number in range(2, 2 + len(junk))
    ]
    assert {one.reason for one in listed.bad} == {
        "bad_url",
        "scheme",
        "userinfo",
        "private_address",
    }
    assert all(one.text.isprintable() for one in listed.bad)
    assert listed.lines == 4 + len(junk)


def test_a_configured_source_fetches_the_addresses_of_its_domain(tmp_path: Path) -> None:
    source = Source(name="The A", homepage="https://www.a.example/", exclude=("1$",), delay=7)

    listed = read(tmp_path / "a.txt", f"{ONE}\n{TWO}\n", (source,))

    assert set(listed.sources) == {"The A", "b.example"}
    assert listed.sources["The A"].delay == 7
    assert listed.sources["The A"].wants(ONE)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "# nothing\n", "names no address"),
        ("a.csv", "title,text\nA,B\n", "no column of addresses, only title, text"),
        ("a.pdf", b"%PDF-1.7", "PDF is no list of addresses"),
    ],
)
def test_what_is_no_list_is_refused(
    tmp_path: Path, name: str, content: bytes | str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        read(tmp_path / name, content)


def test_each_address_is_fetched_once_and_a_rerun_changes_nothing(tmp_path: Path) -> None:
    with ManySites(publishers=2, articles=6, feed_items=3) as site:
        config = write_config(tmp_path, site, sources=write_sources(tmp_path, site, 1))
        urls = [url for press in ("press-00", "press-01") for url in stories(site, press)]
        listed = tmp_path / "list.txt"
        listed.write_text("\n".join([*urls, urls[0], "junk", "http://press-01.example/no-such"]))
        where = ("--urls", listed, "-w", tmp_path / "w", "--config", config)
        first = run("backfill", *where).stdout
        articles = ask(tmp_path / "w", "select url, source from articles order by url")
        asked = len(site.of("press-00.example"))
        again = run("backfill", *where).stdout
        again_asked = len(site.of("press-00.example"))
    assert sorted(row["url"] for row in articles) == sorted(urls)
    assert {row["source"] for row in articles} == {"press-00", "press-01.example"}
    count = len(urls)
    assert f"{count + 3} lines: {count + 1} addresses, 1 repeated, 1 left out" in first
    assert f"{count} fetched, 1 failed (gone)" in first
    assert f"{count} known, 1 given_up" in again
    assert again_asked == asked
    assert ask(tmp_path / "w", "select url, source from articles order by url") == articles
    left_out = ask(
        tmp_path / "w", "select distinct url, reason, detail from fetches where source = 'urls'"
    )
    assert left_out == [{"url": "junk", "reason": "scheme", "detail": f"line {count + 2}: none"}]


def test_a_killed_backfill_of_a_list_resumes(tmp_path: Path) -> None:
    with ManySites(publishers=1, articles=8, feed_items=3) as site:
        config = write_config(tmp_path, site, sources=write_sources(tmp_path, site, 1))
        config.write_text(config.read_text().replace("delay = 0.0", "delay = 0.2"))
        urls = stories(site, "press-00")
        listed = tmp_path / "list.txt"
        listed.write_text("\n".join(urls))
        where = ("backfill", "--urls", listed, "-w", tmp_path / "w", "--config", config)
        command = start(*where)
        while len([one for one in site.of("press-00.example") if "robots" not in one.path]) < 3:
            assert command.poll() is None
        os.killpg(command.pid, signal.SIGKILL)
        command.wait()
        said = run(*where).stdout
        asked = [one.path for one in site.of("press-00.example")]
    assert f"{len(urls)} fetched" in said
    found = ask(tmp_path / "w", "select count(distinct url) as n from articles")
    assert found == [{"n": len(urls)}]
    assert ask(tmp_path / "w", "select count(*) as n from runs") == [{"n": 1}]
    repeated = [path for path in set(asked) if asked.count(path) > 1 and "robots" not in path]
    # Pages whose line in the log was not written before the kill; more of them on a busy machine.
    assert len(repeated) < len(urls)


def stories(site: ManySites, press: str) -> list[str]:
    """Return the addresses of a publisher's articles."""
    return [url for url in site.urls if f"//{press}." in url]


def write_sources(folder: Path, site: ManySites, count: int) -> Path:
    """Write a list with the first sources of a site."""
    path = folder / "sources.toml"
    path.write_text("[[source]]".join(site.sources_toml().split("[[source]]")[: count + 1]))
    return path
