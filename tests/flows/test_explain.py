"""The command `explain`, from end to end."""

from os.path import relpath
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.nights.night import Desk
from tests.pipeline.archives import page, url_of, write_warc
from tests.pipeline.command import ask, run
from tests.process.pages import story
from tests.sites.many import ManySites

pytestmark = pytest.mark.slow

SHOP = "https://courier.example/shop"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    pages = {url_of(0): page(0), SHOP: page(1).replace("NewsArticle", "Product")}
    run("ingest", write_warc(folder / "a.warc.gz", pages), "--warehouse", folder / "w")
    again = {url_of(0): page(0).replace("would open", "would shut")}
    later = write_warc(folder / "b.warc.gz", again, day=12)
    run("ingest", later, "--warehouse", folder / "w")
    return folder / "w"


def test_an_article_is_explained_by_its_address_and_by_its_id(warehouse: Path) -> None:
    (row,) = ask(warehouse, "select article_id from articles")
    by_address = run("explain", url_of(0), "-w", warehouse).stdout
    assert "b.warc.gz#offset=" in by_address, "the current version"
    assert "jsonld[headline]" in by_address
    assert run("explain", row["article_id"], "-w", warehouse).stdout == by_address
    run("explain", url_of(0), "-w", warehouse, "--html", warehouse.parent / "why.html")
    assert "would shut" in (warehouse.parent / "why.html").read_text("utf-8")


def test_a_rejected_page_is_explained_and_another_setting_tried(warehouse: Path) -> None:
    assert "rejected as product" in run("explain", SHOP, "-w", warehouse).stdout
    assert "type product" in run("explain", SHOP, "--keep-all", "-w", warehouse).stdout


def test_a_page_of_a_night_is_read_from_its_warc_file_from_any_working_directory(
    tmp_path: Path,
) -> None:
    with ManySites(1, 2) as site:
        desk = Desk(tmp_path, site)
        desk.warehouse = Path(relpath(desk.warehouse))  # with dots, as people name folders
        desk.quick_night()
    (row,) = desk.ask("select url, article_id, locator from articles limit 1")
    assert row["locator"].startswith("raw/2025-03-11/")
    for warehouse in (desk.warehouse, tmp_path / "w"):
        output = run("explain", row["url"], "-w", warehouse).stdout
        assert row["locator"] in "".join(output.split())
        assert "an article of" in output


def test_the_page_it_writes_has_every_block_with_its_verdict(tmp_path: Path) -> None:
    file = tmp_path / "saved.html"
    file.write_text(story("<p>Read more: <b>Ten</b> &lt;lamps&gt; that changed the coast</p>"))
    run("explain", file, "--html", tmp_path / "why.html")
    tree = LexborHTMLParser((tmp_path / "why.html").read_text("utf-8"))
    texts = {node.text(strip=True): node.parent for node in tree.css(".block p")}
    line = texts["Read more: Ten <lamps> that changed the coast"]
    assert "kept" not in (line.attributes["class"] or "")
    assert tree.css(".block.kept")
    assert not tree.css("script, link, img")


def test_an_unknown_document_is_wrong_usage(warehouse: Path, tmp_path: Path) -> None:
    unknown = run("explain", "https://elsewhere.example/", "-w", warehouse, status=2)
    assert "knows no document 'https://elsewhere.example/'" in unknown.stderr
    nothing = run("explain", "x", "-w", tmp_path / "nowhere", status=2)
    assert "There is no" in nothing.stderr


def test_an_error_says_that_the_bytes_are_gone(tmp_path: Path) -> None:
    archive = write_warc(tmp_path / "a.warc.gz", {url_of(0): page(0)})
    run("ingest", archive, "--warehouse", tmp_path / "w")
    archive.unlink()
    gone = run("explain", url_of(0), "-w", tmp_path / "w", status=2)
    assert "are gone" in gone.stderr
