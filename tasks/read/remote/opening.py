"""Opens and finds inputs by their addresses, wherever they are."""

import glob
from dataclasses import dataclass

from config.bucket import BucketSettings
from config.errors import RefusedError, UnansweredError, UsageError
from config.settings import ReadSettings, load_settings
from tasks.read.remote.addresses import has_login, is_web, without_query
from tasks.read.remote.ranges import RangeFile, RangeSource, answered

_BUCKET_PARTS = 3  # "s3:", "" and the bucket's name


@dataclass(frozen=True, slots=True)
class RemoteInput:
    """The files that an address stands for.

    Attributes:
        base: the address to which locators are relative.
        sources: the files, in order.
        is_file: whether the address is that of one file.
    """

    address: str
    base: str
    sources: tuple[RangeSource, ...]
    is_file: bool


def open_remote(address: str, settings: ReadSettings, state: str = "") -> RangeFile:
    """Open a file by its address for reading with random access.

    Args:
        state: of the file when its run was planned; "" for any.

    Raises:
        OSError: there is no such file any more.
        UnansweredError: the service does not answer, or the file was changed.
    """
    source = answered(lambda: _source(address, service_of(settings)))
    if state and source.state != state:
        raise UnansweredError(
            f"{address} was changed after the run was planned: repeat the command, which plans a "
            "new run."
        )
    return RangeFile(source)


def find_remote(address: str, settings: ReadSettings) -> RemoteInput:
    """Return the files that an address stands for: a file, a folder of a bucket, or a pattern.

    Raises:
        UsageError: there are none, or the address is refused.
        UnansweredError: the service does not answer.
    """
    if has_login(address):
        raise UsageError(
            "A web address with a user's name or password is refused, because tables keep the "
            "addresses of inputs: download the file, or give it out by an S3 service."
        )
    service = service_of(settings)
    if is_web(address):
        return _web_input(address, service)
    try:
        return answered(lambda: _bucket_input(address, service))
    except RefusedError as error:
        raise UsageError(str(error)) from error


def exists_remote(address: str, settings: ReadSettings) -> bool:
    """Return whether a bucket has an object; the files beside one on a web server are unknown."""
    if is_web(address):
        return False
    from tasks.read.remote.bucket_inputs import has_object

    return answered(lambda: has_object(address, service_of(settings)))


def service_of(settings: ReadSettings) -> BucketSettings:
    """Return the S3 service of a run, or the one of this machine's settings."""
    return settings.service or load_settings().bucket


def _source(address: str, service: BucketSettings) -> RangeSource:
    # pyarrow's client is loaded only where it is needed.
    from tasks.read.remote.bucket_inputs import object_source
    from tasks.read.remote.web_inputs import web_source

    return web_source(address, service) if is_web(address) else object_source(address, service)


def _web_input(address: str, service: BucketSettings) -> RemoteInput:
    if without_query(address).endswith("/"):
        raise UsageError(f"{address} names no file: give the address of each file.")
    try:
        source = answered(lambda: _source(address, service))
    except FileNotFoundError as error:
        raise UsageError(f"{address} does not exist; give the address of a file.") from error
    return RemoteInput(address, without_query(address).rpartition("/")[0], (source,), is_file=True)


def _bucket_input(address: str, service: BucketSettings) -> RemoteInput:
    from tasks.read.remote.bucket_inputs import matches_pattern, object_source, objects_below

    folder = address.rstrip("/")
    if glob.has_magic("/".join(folder.split("/")[:_BUCKET_PARTS])):
        raise UsageError(f"{address} names no bucket: only the part behind it may have patterns.")
    try:
        source = object_source(folder, service)
    except FileNotFoundError:
        pass
    else:
        if folder == address:
            return RemoteInput(address, folder.rpartition("/")[0], (source,), is_file=True)
    if not glob.has_magic(folder):
        found = tuple(objects_below(folder, service))
        if not found:
            raise UsageError(
                f"{address} does not exist; give the address of an object, a folder or a pattern."
            )
        return RemoteInput(folder, folder, found, is_file=False)
    parts = folder.split("/")
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    base = "/".join(parts[:fixed])
    found = tuple(
        one
        for one in objects_below(base, service)
        if matches_pattern(one.address.removeprefix(f"{base}/").split("/"), parts[fixed:])
    )
    if not found:
        raise UsageError(f"No object matches {address}; check the pattern, and quote it.")
    return RemoteInput(folder, base, found, is_file=False)
