"""Plans name files, give them locators, and split them into batches."""

import os
import socket

import pytest

from config.errors import UsageError
from tasks.read.plan import batch_from_json, batch_to_json, plan_inputs
from tests.read.samples import by_locator, documents, page, read, reasons, settings


def plan(*paths, **changes):
    """Return the plan of reading these paths."""
    return plan_inputs(paths, settings(**changes), columns={}, limit=None)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with two pages, and a text in a folder below."""
    inside = tmp_path / "news"
    (inside / "sub").mkdir(parents=True)
    (inside / "b.html").write_bytes(page(1))
    (inside / "a.html").write_bytes(page(2))
    (inside / "sub" / "c.txt").write_text("A story.")
    return inside


def test_locators_in_a_folder_are_relative_to_it_and_sorted(folder):
    assert list(by_locator(read(folder))) == ["a.html", "b.html", "sub/c.txt"]


def test_locators_begin_at_a_named_file_or_after_the_fixed_part_of_a_glob(folder):
    assert list(by_locator(read(folder / "sub" / "c.txt"))) == ["c.txt"]
    assert list(by_locator(read(f"{folder}/*/c.*"))) == ["sub/c.txt"]
    assert list(by_locator(read(f"{folder}/**/*.html"))) == ["a.html", "b.html"]


def test_a_file_that_is_reached_twice_is_read_once(folder):
    (folder / "link.html").symlink_to(folder / "b.html")
    (folder / "z").symlink_to(folder / "sub")

    found = by_locator(read(folder, folder / "a.html", f"{folder}/*.html", folder / "sub"))

    assert list(found) == ["a.html", "b.html", "sub/c.txt"]


def test_equal_names_are_distinguished_by_their_folders(tmp_path):
    for year in ("2023", "2024"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "x.html").write_bytes(page(1))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "y.html").write_bytes(page(1))

    found = read(tmp_path / "2023", tmp_path / "2024" / "x.html", tmp_path / "other")

    assert list(by_locator(found)) == ["2023/x.html", "2024/x.html", "y.html"]


def test_unusual_names_give_unique_locators_that_are_unicode(tmp_path):
    names = [b"a!b.txt", b"a%21b.txt", b"a#row=1.txt", b"\xff\xfe.txt", "Žluť.txt".encode()]
    for name in names:
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123 (bytes)
            file.write(b"A story.")

    assert sorted(by_locator(read(tmp_path))) == sorted(
        ["a%21b.txt", "a%21b.txt!!2", "a%23row=1.txt", "\\xff\\xfe.txt", "Žluť.txt"]
    )


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("missing.html", "does not exist"),
        ("missing*.html", "No file matches"),
        ("empty", "is empty"),
        ("a.7z", "7-Zip"),
        ("image.html", "JPEG"),
        ("pipe", "no regular file"),
    ],
)
def test_a_named_input_that_cannot_be_read_is_refused_before_work_starts(tmp_path, named, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\n")
    (tmp_path / "image.html").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match=message) as caught:
        plan(tmp_path / named)

    assert named.partition("*")[0] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_or_truncated_file_that_is_named_has_a_row(tmp_path):
    (tmp_path / "a.html").touch()
    (tmp_path / "b.warc.gz").write_bytes(b"\x1f\x8b\x08\0\0")

    assert reasons(read(tmp_path / "a.html", tmp_path / "b.warc.gz")) == ["empty", "truncated"]


def test_each_unreadable_entry_of_a_folder_has_a_row_with_its_reason(tmp_path):
    (tmp_path / "dir.html").mkdir()
    (tmp_path / "dir.html" / "page").write_bytes(page(1))
    (tmp_path / "dir.html" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[core]")
    (tmp_path / "image.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    (tmp_path / "a.7z").write_bytes(b"7z\xbc\xaf\x27\x1c\n")
    (tmp_path / "random.txt").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "line.txt").write_bytes(b"x" * 20_000_000)
    (tmp_path / "feed.xml").write_bytes(b"<?xml version='1.0'?><rss></rss>")
    (tmp_path / "empty.txt").touch()
    os.mkfifo(tmp_path / "pipe.html")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        found = by_locator(read(tmp_path))

    assert found == {
        ".DS_Store": "hidden_file",
        ".git/config": "hidden_file",
        "a.7z": "unknown_format",
        "dir.html/loop": "symlink_loop",
        "dir.html/page": "",
        "empty.txt": "empty",
        "feed.xml": "unknown_format",
        "gone": "broken_link",
        "image.html": "not_text",
        "line.txt": "too_large",
        "pipe.html": "not_a_file",
        "random.txt": "not_text",
        "self": "symlink_loop",
        "socket": "not_a_file",
    }


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.JSONL.gz", "a.parquet", "a.warc.gz", "a.warc", "a.csv", "a.zip", "a.pdf"]
)
def test_a_web_page_under_the_name_of_data_is_refused_and_in_a_folder_it_has_a_row(tmp_path, name):
    (tmp_path / name).write_bytes(page(1))

    assert by_locator(read(tmp_path)) == {name: "unknown_format"}
    with pytest.raises(UsageError, match=f"{name} is a web page under the name of another format"):
        plan(tmp_path / name)


@pytest.mark.parametrize("name", ["a.html", "a.html.gz", "a.txt", "a.php", "a.gz", "page", "a.xls"])
def test_a_web_page_under_another_name_is_read(tmp_path, name):
    (tmp_path / name).write_bytes(page(1))

    assert by_locator(read(tmp_path / name)) == {name: ""}


def test_a_file_that_vanishes_after_planning_has_a_row(folder):
    from tasks.read.batch import read_batch

    planned = plan(folder)
    (folder / "a.html").unlink()

    (batch,) = planned.batches
    outcomes = list(read_batch(batch, settings(), {}))

    assert by_locator(outcomes)["a.html"] == "unreadable"
    assert len(documents(outcomes)) == 2


def test_the_plan_is_the_same_each_time_and_survives_json(folder):
    first = plan(folder, f"{folder}/*.html")

    assert plan(folder, f"{folder}/*.html") == first
    assert [batch_from_json(batch_to_json(one)) for one in first.batches] == [*first.batches]
    assert [file.path for file in first.files] == sorted(file.path for file in first.files)


def test_small_files_share_batches_of_bounded_size_and_number(tmp_path):
    for number in range(25):
        (tmp_path / f"{number:02}.txt").write_bytes(b"x" * 100)

    by_number = plan(tmp_path, batch_files=10).batches
    by_size = plan(tmp_path, batch_bytes=500, stripe_bytes=500).batches

    assert [len(batch.spans) for batch in by_number] == [10, 10, 5]
    assert [len(batch.spans) for batch in by_size] == [5] * 5
    assert sum(batch.bytes for batch in by_number) == 2500


def test_a_limit_makes_one_batch_that_ends_early(folder):
    assert len(read(folder, limit=2)) == 2
    assert len(plan_inputs([folder], settings(), columns={}, limit=2).batches) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b"title,text\n"), ("a.json", b"[]"), ("a.jsonl", b"\n \n"), ("a.txt", b"")],
)
def test_a_file_without_content_has_a_row(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    assert by_locator(read(tmp_path)) == {name: "empty"}


CORPORA = os.environ.get("BROADSHEET_CORPORA")


@pytest.mark.skipif(not CORPORA, reason="BROADSHEET_CORPORA does not name the corpora")
@pytest.mark.parametrize(
    ("path", "pages"),
    [("dev/pages.warc.gz", 399), ("dev-wcxb/pages.warc.gz", 469), ("seed", 1), ("formats/bbc", 43)],
)
def test_every_page_of_the_corpora_is_read(path, pages):
    outcomes = read(f"{CORPORA}/{path}", batch_bytes=3_000_000)

    assert len(documents(outcomes)) == pages
    assert not reasons(outcomes)


def test_a_link_is_not_followed_out_of_the_folder_that_was_named(folder, tmp_path):
    secret = tmp_path / "private"
    secret.mkdir()
    (secret / "letter.txt").write_text("A private letter.")
    (folder / "file.txt").symlink_to(secret / "letter.txt")
    (folder / "all").symlink_to(secret)
    (folder / "root").symlink_to("/")
    (folder / "inside.html").symlink_to(folder / "b.html")

    for found in (read(folder), read(f"{folder}/*")):
        left_out = {name: why for name, why in by_locator(found).items() if why}
        assert left_out == {
            "all": "link_leads_out",
            "file.txt": "link_leads_out",
            "root": "link_leads_out",
        }
        assert "private" not in str(documents(found))


def test_a_link_that_the_user_named_is_followed(folder, tmp_path):
    (tmp_path / "way").symlink_to(folder)
    assert list(by_locator(read(tmp_path / "way"))) == ["a.html", "b.html", "sub/c.txt"]


def test_packed_numbers_are_no_text_and_texts_with_stray_controls_are(tmp_path):
    numbers = b"\x18" + bytes(7) + bytes(range(0x80, 0xA0)) * 16
    french = "Le marché a été fermé à midi, et la forêt brûlait déjà. ".encode("latin-1")
    russian = "Сегодня совет закрыл мост до осени. ".encode("cp1251")
    (tmp_path / "a.idx").write_bytes(numbers * 20)
    (tmp_path / "b.txt").write_bytes((french * 3 + b"\0\x01") * 40)
    (tmp_path / "c.txt").write_bytes(russian * 40 + bytes(8))
    (tmp_path / "d.txt").write_bytes(("Živá řeka. ".encode() * 20 + b"\0\x02") * 40)

    found = by_locator(read(tmp_path))

    assert found == {"a.idx": "not_text", "b.txt": "", "c.txt": "", "d.txt": ""}
