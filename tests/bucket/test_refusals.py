"""A bucket that does not exist, or whose keys are refused, is named in a sentence of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from flows.actions.lake_check import check_bucket
from tasks.execution.backend import describe_backend
from tasks.jobs.archive_raw import ArchiveRequest, archive_raw
from tasks.jobs.lake import pull_by_hand, push_by_hand
from tasks.pipeline import Stages
from tasks.runs.progress import ProgressListener
from tests.bucket.lakes import load_rows, settings_of
from tests.bucket.service import ObjectService
from tests.bucket.web import serving
from warehouse.bucket.lease import lake_lease
from warehouse.bucket.objects import Bucket, BucketRefusedError, open_bucket

NOWHERE = "press-that-is-not"
NO_BUCKET = f"There is no bucket s3://{NOWHERE}: make it, or correct its name or bucket.endpoint."
_ASKED: dict[str, Callable[[Bucket, Path], Any]] = {
    "require": lambda bucket, _: bucket.require(),
    "upload": lambda bucket, path: bucket.upload(path, "page"),
    "download": lambda bucket, path: bucket.download("page", path.with_name("copy")),
    "read": lambda bucket, _: bucket.read("page"),
    "open": lambda bucket, _: bucket.open("page"),
    "sha256": lambda bucket, _: bucket.sha256("page"),
    "remove": lambda bucket, _: bucket.remove("page"),
    "remove_folder": lambda bucket, _: bucket.remove_folder("nights"),
}
_REFUSED = _ASKED | {
    "exists": lambda bucket, _: bucket.exists("page"),
    "files": lambda bucket, _: bucket.files("nights"),
}


@contextmanager
def _refusing(status: int, code: str) -> Iterator[str]:
    """Run an S3 service that refuses everything, as real ones do, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def _refuse(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = f"<Error><Code>{code}</Code><Message>Refused</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _refuse  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as address:
        yield address


@pytest.mark.parametrize("asked", _ASKED)
def test_whatever_is_asked_of_a_bucket_that_does_not_exist(
    objects: ObjectService, tmp_path: Path, asked: str
) -> None:
    (tmp_path / "page").write_bytes(b"page")
    bucket = open_bucket(f"s3://{NOWHERE}/archive", load_settings().bucket)
    with pytest.raises(BucketRefusedError) as error:
        _ASKED[asked](bucket, tmp_path / "page")
    assert str(error.value) == NO_BUCKET


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDenied"), (403, "SignatureDoesNotMatch"), (400, "ExpiredToken")],
)
def test_whatever_is_asked_with_keys_that_are_refused(
    objects: ObjectService, tmp_path: Path, status: int, code: str
) -> None:
    (tmp_path / "page").write_bytes(b"page")
    with _refusing(status, code) as endpoint:
        service = load_settings(bucket={"endpoint": endpoint}).bucket
        bucket = open_bucket("s3://press/archive", service)
        for name, ask in _REFUSED.items():
            with pytest.raises(BucketRefusedError) as error:
                ask(bucket, tmp_path / "page")
            said = str(error.value)
            assert said.startswith("The S3 service refuses the access to s3://press"), name
            assert "): check the keys (AWS_ACCESS_KEY_ID and " in said, name
            assert "\n" not in said, name
            assert "Request ID" not in said, name


def test_a_refusal_is_not_waited_for(objects: ObjectService, catalog: str, tmp_path: Path) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    lost = settings.model_copy(update={"lake": f"s3://{NOWHERE}/lake"})
    assert settings.bucket.lease_seconds > 30
    with pytest.raises(BucketRefusedError, match="There is no bucket"), lake_lease(lost, "push"):
        pass


def test_an_exchange_that_does_not_exist_does_not_answer(objects: ObjectService) -> None:
    settings = load_settings(execution={"backend": "dask", "exchange": f"s3://{NOWHERE}/exchange"})
    with pytest.raises(BucketRefusedError, match="There is no bucket"):
        describe_backend(settings)


@pytest.mark.slow
def test_every_command_that_uses_a_bucket_says_that_there_is_none(
    objects: ObjectService, catalog: str, tmp_path: Path
) -> None:
    settings = settings_of(objects, catalog, tmp_path / "news")
    load_rows(settings, "20250311T000000000000Z-00000001", ["a"])
    lost = settings.model_copy(update={"lake": f"s3://{NOWHERE}/lake"})
    stages = Stages(lost, pytest.fail, ProgressListener())
    archiving = ArchiveRequest(f"s3://{NOWHERE}/archive", 90, date(2025, 3, 11))
    commands: dict[str, Callable[[], Any]] = {
        "lake push": lambda: push_by_hand(stages),
        "lake pull": lambda: pull_by_hand(stages),
        "doctor": lambda: check_bucket(lost),
        "archive-raw": lambda: archive_raw(archiving, stages),
    }
    for name, command in commands.items():
        with pytest.raises(BucketRefusedError) as error:
            command()
        assert str(error.value) == NO_BUCKET, name
