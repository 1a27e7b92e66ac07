import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tasks.raw.warc_files import WarcFiles
from tests.fetch.exchanges import COURIER, answer
from tests.raw.warc_readers import check, members
from tests.read.samples import documents, read, reasons


@pytest.fixture(scope="module")
def three_pages(tmp_path_factory) -> tuple[bytes, list[int]]:
    """Return the bytes of a file with three pages, and the end of each page's records."""
    folder = tmp_path_factory.mktemp("whole")
    with WarcFiles(folder, "courier", 10**9) as files:
        ends = [files.write_page(answer(number), COURIER).end for number in range(3)]
    return (folder / "courier-000.warc.gz").read_bytes(), ends


@effort(max_examples=120, deadline=None)
@given(share=st.floats(0, 1), logged=st.integers(0, 3))
def test_a_file_cut_anywhere_is_readable_and_is_valid_when_writing_resumes(
    three_pages, tmp_path_factory, share, logged
):
    """Check files longer than the log says, as after a kill, and shorter ones (loss of power)."""
    data, ends = three_pages
    path = tmp_path_factory.mktemp("cut") / "courier-000.warc.gz"
    cut = int(len(data) * share)
    path.write_bytes(data[:cut])
    answers_end = [end for end in ends if end <= cut]
    assert len(documents(read(path.parent))) >= len(answers_end)

    kept = {path.name: ends[logged - 1]} if logged else None
    with WarcFiles(path.parent, "courier", 10**9, kept) as files:
        written = files.write_page(answer(9), COURIER)

    whole = [number for number, end in enumerate(ends[:logged]) if end <= cut]
    if logged:
        assert written.file == path.name
        urls = [document.url for document in documents(read(path))]
        assert urls[: len(whole)] == [f"https://courier.example/{number}" for number in whole]
        assert urls[-1] == "https://courier.example/9"
        assert not reasons(read(path))
        assert all(record.startswith(b"WARC/1.1") for record in members(path))
    else:
        assert written.file == "courier-001.warc.gz"
        assert path.read_bytes() == data[:cut]


@pytest.mark.parametrize("torn", [b"", b"\x1f\x8b\x08", b"garbage"])
def test_resuming_cuts_off_unlogged_bytes_and_the_file_is_valid_for_all_readers(
    three_pages, tmp_path, torn
):
    data, ends = three_pages
    path = tmp_path / "courier-000.warc.gz"
    path.write_bytes(data[: ends[1] + 50] + torn)

    with WarcFiles(tmp_path, "courier", 10**9, {path.name: ends[1]}) as files:
        files.write_page(answer(9), COURIER)

    check(path)
    assert path.read_bytes().startswith(data[: ends[1]])
    assert [one.url for one in documents(read(path))] == [
        f"https://courier.example/{number}" for number in (0, 1, 9)
    ]


def test_bytes_lost_with_the_power_lower_the_ends(three_pages, tmp_path):
    data, ends = three_pages
    path = tmp_path / "courier-000.warc.gz"
    path.write_bytes(data[: ends[1] + 100])

    files = WarcFiles(tmp_path, "courier", 10**9, {path.name: ends[2], "courier-001.warc.gz": 7})

    assert ends[1] <= files.ends[path.name] < ends[2]
    assert list(files.ends) == [path.name]


def test_a_full_last_file_is_not_appended_to_when_a_run_resumes(three_pages, tmp_path):
    data, ends = three_pages
    (tmp_path / "courier-000.warc.gz").write_bytes(data)

    with WarcFiles(tmp_path, "courier", 1000, {"courier-000.warc.gz": ends[2]}) as files:
        assert files.write_page(answer(9), COURIER).file == "courier-001.warc.gz"

    assert (tmp_path / "courier-000.warc.gz").read_bytes() == data


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path):
    """Simulate a full disk by a limit on the file size, which binds the child process only."""
    script = """
import resource, signal, sys
from pathlib import Path
from tests.fetch.exchanges import COURIER, answer
from tasks.raw.warc_files import WarcFiles
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
files = WarcFiles(Path(sys.argv[1]), "courier", 10**9)
first = files.write_page(answer(0), COURIER)
resource.setrlimit(resource.RLIMIT_FSIZE, (first.end + 500, resource.RLIM_INFINITY))
try:
    files.write_page(answer(1, bytes(range(256)) * 900), COURIER)
except OSError:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert Path(sys.argv[1], first.file).stat().st_size == first.end
    files.write_page(answer(2), COURIER)
    files.close()
    print("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.stdout == "refused\n", done.stderr
    check(tmp_path / "courier-000.warc.gz")
    assert len(documents(read(tmp_path))) == 2
