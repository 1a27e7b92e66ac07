"""Inputs that once crashed, blocked or miscounted reading; the fuzzer (tests.fuzz) found them."""

import io
import json
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.read.formats.json_elements import elements
from tests.growth import is_linear
from tests.read.samples import by_locator, documents, page, read, reasons, record
from tests.read.test_archives import pax_header, tarred, write, zipped

MOST_BYTES = 2**63 - 1


def test_a_member_of_a_zip_may_have_no_name(tmp_path):
    data = zipped({"x": page(1), "y.html": page(2)})
    empty = data.replace(b"\x01\0\0\0x", b"\0\0\0\0x").replace(b"x" + b"PK\x01\x02", b"PK\x01\x02")
    nameless = bytearray(data)
    directory = nameless.index(b"PK\x01\x02")
    nameless[directory + 28] = 0  # the length of the name; its byte becomes the extra field's
    nameless[directory + 30] = 1

    for content in (empty, bytes(nameless)):
        assert read(write(tmp_path, content, "a.zip"))


def test_a_declared_size_that_no_column_can_hold_is_ignored(tmp_path):
    info = tarfile.TarInfo("huge.html")
    info.type = tarfile.SYMTYPE
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"\x80\x7f" + b"\xff" * 10
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)

    (dropped,) = read(write(tmp_path, bytes(header) + bytes(1024), "a.tar"))

    assert (dropped.reason, dropped.bytes) == ("not_a_file", None)


def test_a_tar_that_ends_within_a_damaged_header_has_one_row(tmp_path):
    data = tarred({"a.html": page(1), "b.html": page(2)})
    at = data.index(b"b.html")
    damaged = pax_header(path="x")[:1024] + data[: at + 300]

    found = read(write(tmp_path, damaged, "a.tar"))

    assert len(reasons(found)) == 1


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_capture_time_that_no_calendar_has_is_missing(tmp_path, year):
    (found,) = documents(read(write(tmp_path, record(1, warc={"WARC-Date": year}), "a.warc.gz")))

    assert found.fetched_at is None


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(("where", "reason"), [("http", "broken_http"), ("warc", "broken_record")])
def test_a_header_of_more_than_64_kib_costs_only_its_record(tmp_path, compressed, where, reason):
    long = record(1, compressed=compressed, **{where: {"X-Long": "x" * 70_000}})
    good = [record(number, compressed=compressed) for number in (0, 2)]
    name = "a.warc.gz" if compressed else "a.warc"

    found = read(write(tmp_path, good[0] + long + good[1], name))

    assert len(documents(found)) == 2
    assert reasons(found) == [reason]


def test_a_row_with_a_deeply_nested_value_is_read_without_that_value(tmp_path):
    deep = "[" * 900 + '"x"' + "]" * 900
    objects = '{"name":' * 900 + '"x"' + "}" * 900
    rows = [f'{{"text": "one", "title": {deep}}}', f'{{"text": "two", "authors": {objects}}}']

    found = documents(read(write(tmp_path, "\n".join(rows).encode(), "a.jsonl")))

    assert [(one.body, one.declared.title) for one in found] == [(b"one", None), (b"two", None)]


def parquet(**columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=10)
    return out.getvalue()


def test_a_table_without_known_columns_has_one_row_for_any_number_of_parts(tmp_path):
    path = write(tmp_path, parquet(noise=["a" * 99 + str(n) for n in range(60)]), "a.parquet")

    found = read(tmp_path, stripe_bytes=300, batch_bytes=300)

    assert by_locator(found) == {path.name: "no_known_columns"}


def test_quotes_that_open_in_every_other_line_are_read_in_linear_time(tmp_path):
    def work(lines):
        path = write(tmp_path, b"text,title\n" + b'x","y\na,b\n' * lines, "a.csv")
        assert len(read(path)) == 2 * lines

    assert is_linear(work, 200)


def test_an_array_that_ends_within_a_string_is_read_in_linear_time():
    def work(values):
        data = b'[{"a": ' + b'"x", ' * values + b'"'
        assert len(list(elements(io.BytesIO(data), 10**9))) == 2

    assert is_linear(work, 1_000)


def test_a_number_of_5_000_digits_costs_only_its_row(tmp_path):
    rows = [{"text": "one"}, {"text": "two"}]
    lines = [json.dumps(rows[0]), '{"text": "x", "n": ' + "9" * 5_000 + "}", json.dumps(rows[1])]

    found = read(write(tmp_path, "\n".join(lines).encode(), "a.jsonl"))

    assert [one.body for one in documents(found)] == [b"one", b"two"]
    assert reasons(found) == ["bad_row"]


def test_a_length_beyond_every_file_system_costs_only_its_record(tmp_path):
    forged = record(1, compressed=False).replace(
        b"Content-Length: ", b"Content-Length: 99999999999", 1
    )
    whole = record(2, compressed=False)

    found = read(write(tmp_path, forged + whole, "a.warc"))

    assert reasons(found) == ["truncated"]
    assert len(documents(found)) == 1


def test_a_list_in_a_string_prints_no_warning(tmp_path, recwarn):
    rows = [{"text": "A story.", "authors": value} for value in ("[" + "1if " * 99 + "1]", "['A']")]
    data = "\n".join(map(json.dumps, rows)).encode()

    found = documents(read(write(tmp_path, data, "a.jsonl")))

    assert found[1].declared.authors == ("A",)
    assert not recwarn.list
