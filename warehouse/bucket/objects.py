"""Objects in a bucket of an S3 service: files that are written whole, listed, read and removed.

An object appears under its name only when all its bytes are there, so that it needs no temporary
name. Keys come from the environment or the files in which all S3 clients look for them.
"""

import errno
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from config.bucket import BucketSettings
from config.errors import RefusedError, UnansweredError
from warehouse.files import sha256_of, written_aside

SCHEME = "s3://"
_CHUNK = 4_000_000
_NO_BUCKET = "NO_SUCH_BUCKET"
# Answers that stay the same until a person changes keys, rights or settings. A service answers 400
# if the keys have expired or the region is another one; answers to HEAD give no other reason.
_REFUSALS = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY_ID|INVALID_CLIENT_TOKEN|MISSING_AUTHENTICATION|SIGNATURE"
    r"|REQUEST_EXPIRED|REQUEST_TIME_TOO_SKEWED|HTTP status 40[013]"
)


class BucketError(UnansweredError):
    """The S3 service did not do what was asked; the message names the address and the reason."""


class BucketRefusedError(BucketError, RefusedError):
    """There is no such bucket, or the keys may not do what was asked."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A folder of a bucket.

    Attributes:
        root: "bucket/prefix".
    """

    filesystem: fs.S3FileSystem
    root: str

    def address(self, name: str) -> str:
        """Return the address of an object by its name below the folder."""
        return f"{SCHEME}{self._path(name)}"

    def upload(self, path: Path, name: str, *, verify: bool = False) -> None:
        """Write a file as an object.

        Args:
            verify: read the object back and compare its SHA-256.
        """
        size = path.stat().st_size
        self.write(name, pa.memory_map(str(path)).read_buffer() if size else b"")
        if verify:
            self.verify(name, path)

    def verify(self, name: str, path: Path) -> str:
        """Read an object back, compare it with a file, and return the SHA-256 of both."""
        digest = sha256_of(path)
        if self.sha256(name) != digest:
            raise BucketError(
                f"{self.address(name)} has other bytes than {path} after its upload: repeat the "
                "command, and check the S3 service if this happens again."
            )
        return digest

    def require(self) -> None:
        """Make sure that the bucket exists and that the keys are not refused.

        Raises:
            BucketRefusedError: it does not, or they are.
        """
        with self._asked(""):
            found = self.filesystem.get_file_info(self.root.partition("/")[0])
        if found.type is fs.FileType.NotFound:
            raise _no_bucket(self.root)

    def download(self, name: str, path: Path) -> None:
        """Write an object as a file, completely or not at all.

        Raises:
            FileNotFoundError: there is no such object.
        """
        with written_aside(path) as aside, aside.open("wb") as file:
            for chunk in self._chunks(name):
                file.write(chunk)

    def write(self, name: str, content: bytes | pa.Buffer) -> None:
        """Write an object.

        It is one call for all bytes: a stream that an exception ends between two calls, such as
        Ctrl-C, is closed when it is freed, and would leave a shortened object behind.
        """
        with self._asked(name):
            stream = self.filesystem.open_output_stream(self._path(name), compression=None)
            stream.write(content)
            stream.close()

    def read(self, name: str) -> bytes:
        """Return the bytes of a small object.

        Raises:
            FileNotFoundError: there is no such object.
        """
        return b"".join(self._chunks(name))

    def open(self, name: str) -> pa.NativeFile:
        """Open an object for reading by ranges.

        Raises:
            FileNotFoundError: there is no such object.
        """
        with self._asked(name):
            return self.filesystem.open_input_file(self._path(name))

    def exists(self, name: str) -> bool:
        """Return whether there is an object of this name."""
        with self._asked(name):
            return bool(self.filesystem.get_file_info(self._path(name)).is_file)

    def files(self, folder: str = "") -> dict[str, int]:
        """Return the sizes of all objects in a folder and those below, by name, sorted."""
        return {name: about.size for name, about in self.listed(folder).items()}

    def listed(self, folder: str = "") -> dict[str, fs.FileInfo]:
        """Return size and time of all objects in a folder and those below, by name, sorted."""
        chosen = fs.FileSelector(self._path(folder), recursive=True, allow_not_found=True)
        with self._asked(folder):
            found = self.filesystem.get_file_info(chosen)
        skipped = len(self.root) + 1
        return {one.path[skipped:]: one for one in sorted(found, key=_path) if one.is_file}

    def about(self, name: str) -> fs.FileInfo | None:
        """Return size and time of an object; None if there is none of this name."""
        with self._asked(name):
            found = self.filesystem.get_file_info(self._path(name))
        return found if found.is_file else None

    def read_range(self, file: pa.NativeFile, name: str, start: int, stop: int) -> bytes:
        """Return the bytes from `start` to `stop` of an object that `open` returned.

        Raises:
            FileNotFoundError: the object is gone.
        """
        try:
            with self._asked(name):
                return bytes(file.read_at(stop - start, start))
        except BucketError:
            if self.exists(name):
                raise
            raise FileNotFoundError(errno.ENOENT, "No such object", self.address(name)) from None

    def modified(self, folder: str = "") -> dict[str, datetime]:
        """Return when all objects in a folder and those below were written, by name, sorted."""
        return {name: about.mtime for name, about in self.listed(folder).items()}

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""
        with suppress(FileNotFoundError), self._asked(name):
            self.filesystem.delete_file(self._path(name))

    def remove_folder(self, name: str = "") -> None:
        """Remove all objects in a folder and those below, a thousand with each request."""
        with self._asked(name):
            self.filesystem.delete_dir_contents(self._path(name), missing_dir_ok=True)

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of an object, which is read for it."""
        digest = hashlib.sha256()
        for chunk in self._chunks(name):
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of an object.

        If the answer with its size breaks off, the client reads the object as empty or short. The
        size is therefore asked again.
        """
        read = 0
        with self._asked(name), self._stream(name) as stream:
            while chunk := stream.read(_CHUNK):
                read += len(chunk)
                yield chunk
        about = self.about(name)
        if about is not None and about.size != read:
            raise BucketError(
                f"The S3 service broke off an answer on {self.address(name)} (read {read:,} of "
                f"{about.size:,} bytes): repeat the command."
            )

    def _stream(self, name: str) -> pa.NativeFile:
        # pyarrow would decompress objects whose names end with .gz, .bz2 or .zst.
        return self.filesystem.open_input_stream(self._path(name), compression=None)

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}" if name else self.root

    @contextmanager
    def _asked(self, name: str) -> Iterator[None]:
        """Turn an error of the service into a sentence; a missing object stays what it is.

        The client says of an object in a missing bucket that the object is missing.
        """
        try:
            yield
        except FileNotFoundError:
            self.require()
            raise
        except OSError as error:
            raise unanswered(self.address(name), error) from error


def open_bucket(address: str, settings: BucketSettings) -> Bucket:
    """Return the folder at an address such as "s3://bucket/prefix"; nothing is asked yet."""
    return Bucket(_filesystem(settings), address.removeprefix(SCHEME).rstrip("/"))


@cache
def _filesystem(settings: BucketSettings) -> fs.S3FileSystem:
    """Return a client, which keeps its connections."""
    return fs.S3FileSystem(
        endpoint_override=settings.endpoint or None,
        region=settings.region or None,
        connect_timeout=settings.connect_seconds,
        request_timeout=settings.request_seconds,
    )


def _path(info: fs.FileInfo) -> str:
    return str(info.path)


def unanswered(address: str, error: OSError) -> BucketError:
    """Return the error of a service that did not do what was asked."""
    return refused(address, error) or BucketError(
        f"The S3 service did not answer as expected for {address} ({_reason(error)}): check "
        "bucket.endpoint, bucket.region and the keys, and repeat the command."
    )


def refused(address: str, error: OSError) -> BucketRefusedError | None:
    """Return the error of a service that refuses to do what was asked; None if it does not."""
    if _NO_BUCKET in str(error):
        return _no_bucket(address.removeprefix(SCHEME))
    if not _REFUSALS.search(str(error)):
        return None
    return BucketRefusedError(
        f"The S3 service refuses the access to {address} ({_reason(error)}): check the keys "
        "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile), their rights, and "
        "bucket.region."
    )


def _no_bucket(root: str) -> BucketRefusedError:
    return BucketRefusedError(
        f"There is no bucket {SCHEME}{root.partition('/')[0]}: make it, or correct its name or "
        "bucket.endpoint."
    )


def _reason(error: OSError) -> str:
    """Return what is wrong, without the names of functions, an id, and that there is no text."""
    text = str(error).partition(". Detail:")[0]
    text = (text.rpartition(": AWS Error ")[2] or text).partition(" (Request ID")[0]
    return text.removesuffix(": No response body.")
