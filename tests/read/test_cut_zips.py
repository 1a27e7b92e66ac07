"""An archive that is cut off is never read as the archive that lies inside it."""

import io
import json
import struct
import tarfile
import zipfile

import pytest

from tests.read.samples import by_locator, read
from tests.read.test_archives import tarred

END = struct.Struct("<4s4H2LH")


def rows(count):
    """Return a JSONL of so many texts."""
    return b"".join(json.dumps({"text": f"Row {n} of it."}).encode() + b"\n" for n in range(count))


def stored(files, comment=b""):
    """Return a zip whose members are not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
        made.comment = comment
    return out.getvalue()


def zip64(files):
    """Return a zip whose end record refers to that of zip64."""
    made = stored(files)
    *_, size, offset, _ = END.unpack(made[-END.size :])
    at, count = len(made) - END.size, len(files)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    end = END.pack(b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return made[:at] + wide + locator + end


def found(tmp_path, content, name="a.zip"):
    """Return the outcomes of reading a file with this content."""
    (tmp_path / name).write_bytes(content)
    return by_locator(read(tmp_path / name))


@pytest.mark.parametrize("pack", [stored, zip64])
@pytest.mark.parametrize("inside", [stored, zip64])
@pytest.mark.parametrize("members", [{"inner.jsonl": rows(2)}, {}])
def test_a_cut_zip_is_not_read_as_a_zip_inside_it(tmp_path, pack, inside, members):
    whole = pack({"main.jsonl": rows(50), "inner.zip": inside(members)})

    assert len(found(tmp_path, whole)) == 50 + (len(members) and 2) + (not members)
    assert found(tmp_path, whole[:-60]) == {"a.zip": "corrupt"}
    in_zip = found(tmp_path, stored({"cut.zip": whole[:-60], "b.jsonl": rows(1)}))
    assert in_zip == {"a.zip!cut.zip": "corrupt", "a.zip!b.jsonl#row=1": ""}


@pytest.mark.parametrize("pack", [stored, zip64])
def test_a_zip_is_read_whatever_its_comment_holds(tmp_path, pack):
    inner = stored({"inner.jsonl": rows(2)})
    whole = pack({"main.jsonl": rows(3)})
    for comment in (inner, inner + b" and more", b"PK\5\6", inner + inner):
        commented = whole[:-2] + struct.pack("<H", len(comment)) + comment

        assert len(found(tmp_path, commented)) == 3


def test_zips_behind_each_other_are_not_read_as_the_last_of_them(tmp_path):
    both = stored({"one.jsonl": rows(2)}) + stored({"two.jsonl": rows(2)})

    assert found(tmp_path, both) == {"a.zip": "corrupt"}


def test_a_cut_office_file_is_not_read_as_one_inside_it(tmp_path):
    word = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
    cut = stored({**word, "word/embeddings/a.docx": stored(word)})[:-60]

    assert set(found(tmp_path, cut, "a.docx").values()) == {"corrupt"}


def test_a_cut_workbook_is_not_read_as_one_inside_it(tmp_path):
    from tests.read.formats.test_sheets import workbook

    inner = workbook({"May": [("title", "text"), ("One", "A story.")]})
    cut = stored({"[Content_Types].xml": b"<Types/>", "xl/embeddings/a.xlsx": inner})[:-60]

    assert found(tmp_path, cut, "a.xlsx") == {"a.xlsx": "corrupt"}


def test_a_cut_tar_is_read_up_to_its_end_whatever_lies_inside(tmp_path):
    inner = tarred({"inner.jsonl": rows(2)})
    whole = tarred({"main.jsonl": rows(3), "inner.tar": inner, "last.jsonl": rows(300)})
    cut = whole[: whole.index(b"last.jsonl") + tarfile.BLOCKSIZE + 40]

    outcomes = found(tmp_path, cut, "a.tar")

    assert [name for name in outcomes if "!main.jsonl#" in name and not outcomes[name]] == [
        f"a.tar!main.jsonl#row={n}" for n in (1, 2, 3)
    ]
    assert {n: r for n, r in outcomes.items() if "inner" in n} == {
        f"a.tar!inner.tar!inner.jsonl#row={n}": "" for n in (1, 2)
    }
    assert set(outcomes.values()) & {"truncated", "corrupt"}
