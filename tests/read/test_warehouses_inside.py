"""Warehouses that lie within an input are no input."""

import pytest

from config.errors import UsageError
from tasks.read.batch import read_batch
from tasks.read.plan import plan_outside
from tests.read.samples import archive, page, settings


def warehouse(folder):
    """Make a folder that looks like a warehouse with archives, tables and files that follow."""
    for name in ("lake/articles/data.html", "kept/a.txt", "search/1/a.idx", "report/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(page(9))
    (folder / "raw").mkdir()
    (folder / "raw" / "a.warc.gz").write_bytes(b"".join(archive(2)))
    (folder / "format.json").write_text('{"format": 1}')
    return folder


@pytest.fixture
def folder(tmp_path):
    """Return a folder with two pages, and the folder of another warehouse among them."""
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "a.html").write_bytes(page(1))
    (tmp_path / "in" / "sub" / "b.html").write_bytes(page(2))
    warehouse(tmp_path / "in" / "sub" / "other")
    return tmp_path / "in"


def plan(own, *paths):
    """Return the plan of a run with this warehouse, and the locators that it gives."""
    planned = plan_outside(own, paths, settings(), columns={}, limit=None)
    outcomes = [one for b in planned.batches for one in read_batch(b, settings(), planned.columns)]
    return planned, [one.locator for one in outcomes]


@pytest.mark.parametrize("named", ["", "/*", "/**/*", "/**/*.html"])
def test_warehouses_within_an_input_are_left_out_with_a_notice(folder, named):
    own = folder / "data"
    (own / "runs").mkdir(parents=True)
    (own / "runs" / "run.html").write_bytes(page(3))

    planned, found = plan(own, f"{folder}{named}")

    assert found == ["a.html", "sub/b.html"]
    assert set(planned.left_out) == {str(own), str(folder / "sub" / "other")}
    assert planned.notice.startswith("Left out, because it is the folder of a warehouse: /")
    assert "\n" not in planned.notice


@pytest.mark.parametrize("named", ["data", "."])
def test_inputs_in_the_folder_that_would_become_the_warehouse_are_not_left_out(folder, named):
    (folder / "data").mkdir()
    (folder / "data" / "c.html").write_bytes(page(3))

    with pytest.raises(UsageError, match="has files of its own, and would become the warehouse"):
        plan(folder / "data", folder / named)
    assert "data/c.html" in plan(folder / "w", folder)[1]
    assert plan(folder / "data", folder / "data" / "*.html")[1] == ["c.html"]


def test_a_link_to_a_warehouse_is_left_out(folder):
    (folder / "link").symlink_to(folder / "sub" / "other")

    assert plan(folder / "data", folder)[1] == ["a.html", "sub/b.html"]


def test_nothing_is_said_where_there_is_no_warehouse(folder):
    planned, found = plan(folder / "sub" / "other", folder / "a.html")

    assert found == ["a.html"]
    assert planned.notice is None


def test_a_warehouse_that_is_named_is_refused_in_one_sentence(folder):
    empty = folder / "data"
    empty.mkdir()

    for named in (empty, folder / "sub" / "other"):
        with pytest.raises(UsageError, match="is the folder of a warehouse") as caught:
            plan(empty, folder / "a.html", named)
        assert str(named) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_folder_with_nothing_but_a_warehouse_is_refused(tmp_path):
    own = warehouse(tmp_path / "in" / "data")

    with pytest.raises(UsageError, match="no files but those of a warehouse"):
        plan(own, tmp_path / "in")


def test_archives_of_a_warehouse_are_read_where_its_folder_raw_is_named(folder):
    for own in (folder / "data", folder / "sub" / "other"):
        planned, found = plan(own, folder / "sub" / "other" / "raw")
        by_glob = plan(own, f"{folder}/sub/other/r*/*.gz")[1]

        assert [name.partition("#")[0] for name in found] == ["a.warc.gz"] * 2
        assert [name.partition("#")[0] for name in by_glob] == ["raw/a.warc.gz"] * 2
        assert planned.notice is None
