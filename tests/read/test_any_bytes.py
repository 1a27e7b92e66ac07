"""Reading raises no exception and loses no file, whatever its bytes are."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tests.read.samples import archive, docx, read

NAMES = ["x", "x.html", "x.txt", "x.jsonl", "x.json", "x.csv", "x.gz", "x.warc.gz", "x.warc"]
NAMES += ["x.tar", "x.zip", "x.parquet", "x.zst"]
STARTS = [b"", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"WARC/1.0\r\n", b"PAR1", b"[", b'[{"text":"a"},']
STARTS += [b'{"text":"a"}\n', b"text,title\n", b"<html>", b"BZh91AY&SY", b"\xfd7zXZ\0", b"\xff\xfe"]
STARTS += [b"\x28\xb5\x2f\xfd", b"<!--", b"HTTP/1.1 200 OK\r\n", b'text\n"']


@effort(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), start=st.sampled_from(STARTS), rest=st.binary(max_size=600))
def test_any_bytes_in_a_folder_give_at_least_one_outcome_and_raise_nothing(
    tmp_path_factory, name, start, rest
):
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(start + rest)

    assert read(path.parent)


def zip_of_two_files() -> bytes:
    """Return a zip with a page and a file of rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.html", b"<html>a</html>" * 9)
        made.writestr("b.jsonl", b'{"text":"a"}\n' * 9)
    return out.getvalue()


def parquet_of_texts() -> bytes:
    """Return a Parquet file with four row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a", "b"] * 20}), out, row_group_size=10)
    return out.getvalue()


DOWNLOADS = Path(__file__).parent / "downloads"
DAMAGED = ["nexis_numbered_fr.html", "factiva_plain_zh_en.html", "europresse_2019.html"]
DAMAGED += [
    "proquest_en.html",
    "proquest_en_de.txt",
    "nexis_numbered_de.txt",
    "factiva_codes_en.rtf",
]
DAMAGED += ["nexis_advance_en_de.rtf", "newsml_g2.xml", "tei.xml", "reuters.sgm"]

SAMPLES = {
    **{name: (DOWNLOADS / name).read_bytes() for name in DAMAGED},
    "docx": docx((DOWNLOADS / "nexis_advance_en.docx.txt").read_text("utf-8")),
    "zip": zip_of_two_files(),
    "gzip": gzip.compress(b'{"text":"a"}\n' * 50),
    "warc": b"".join(archive(3)),
    "parquet": parquet_of_texts(),
    "csv": b'text,title\n"a ""b""",c\nd,e\n' * 5,
}


@pytest.mark.parametrize("kind", SAMPLES)
@effort(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_good_file_gives_at_least_one_outcome_and_raises_nothing(
    tmp_path_factory, kind, data
):
    content = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    path = tmp_path_factory.mktemp("any") / "x"
    path.write_bytes(content[:cut])

    assert read(path.parent)
