"""Objects in a bucket: written, listed, read back, removed; errors in one sentence."""

import pytest

from config.errors import UsageError
from config.settings import load_settings
from tests.bucket.service import ObjectService
from warehouse.bucket.objects import BucketError, open_bucket


def test_files_go_to_a_bucket_and_come_back(objects: ObjectService, tmp_path) -> None:
    bucket = open_bucket(f"s3://{objects.bucket}/archive", load_settings().bucket)
    (tmp_path / "page").write_bytes(b"a" * 20_000_000)

    bucket.upload(tmp_path / "page", "2026/page", verify=True)
    bucket.write("2026/note", b"small")
    bucket.download("2026/page", tmp_path / "copy")

    assert bucket.files() == {"2026/note": 5, "2026/page": 20_000_000}
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "page").read_bytes()
    assert bucket.read("2026/note") == b"small"
    with bucket.open("2026/page") as file:
        file.seek(19_999_999)
        assert file.read(10) == b"a"
    bucket.remove("2026/page")
    bucket.remove("2026/page")
    assert not bucket.exists("2026/page")
    with pytest.raises(FileNotFoundError):
        bucket.read("2026/page")


@pytest.mark.parametrize("name", ["a.warc.gz", "a.jsonl.zst", "a.json.bz2"])
def test_compressed_files_are_stored_byte_by_byte(
    objects: ObjectService, tmp_path, name: str
) -> None:
    bucket = open_bucket(f"s3://{objects.bucket}/archive", load_settings().bucket)
    (tmp_path / name).write_bytes(b"packed already" * 100)

    bucket.upload(tmp_path / name, name, verify=True)

    assert bucket.files() == {name: 1_400}
    assert bucket.read(name) == bucket.open(name).read() == b"packed already" * 100


def test_a_service_that_does_not_answer_is_named_in_one_sentence(tmp_path) -> None:
    settings = load_settings(bucket={"endpoint": "http://127.0.0.1:9", "region": "eu-central-1"})
    bucket = open_bucket("s3://press/archive", settings.bucket)

    with pytest.raises(BucketError, match=r"s3://press/archive/page .*NETWORK_CONNECTION") as error:
        bucket.read("page")
    assert str(error.value).count("\n") == 0


def test_an_address_that_is_no_bucket_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'lake' is refused: .*'bucket/prefix' is no address"):
        load_settings(lake="bucket/prefix")
    assert load_settings(lake="s3://press/archive/").lake == "s3://press/archive"


def test_the_service_of_inputs_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_READ__SERVICE", "x")

    with pytest.raises(UsageError, match=r"Unknown setting 'read\.service'"):
        load_settings()
