"""Lists of CC-NEWS archives: the lines that may be read, and why others are left out.

A list often comes from somebody else, so that it must not name just any file or server. A line is
the http or https address of an archive, the path of a file below the list's own folder, or a path
that is appended to the address in the setting `fetch.ccnews`.
"""

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from config.errors import UsageError
from config.settings import FetchSettings
from tasks.fetch.addresses import AddressRules, checked_url
from tasks.fetch.model import FetchError
from tasks.reasons import FetchReason

# A month of CC-NEWS has about 500 lines of 70 bytes, all years together less than 5 MB.
MOST_LINE_BYTES = 4_096
MOST_LIST_BYTES = 10_000_000
_MOST_SHOWN = 300
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of a list, or a file of a folder, that is left out.

    Attributes:
        text: the line in printable characters, cut if it is long.
        detail: the number of the line, and what is wrong with it.
    """

    text: str
    reason: FetchReason
    detail: str


@dataclass(frozen=True, slots=True)
class Archives:
    """The archives that a list or a folder names.

    Attributes:
        files: paths and addresses in their order, without duplicates.
        bad: lines and files that are left out.
    """

    files: tuple[str, ...]
    bad: tuple[BadLine, ...] = ()


def read_list(path: Path, settings: FetchSettings) -> Archives:
    """Read a list, compressed or not; empty lines and lines that begin with "#" are ignored.

    Raises:
        UsageError: the list cannot be read, or is too long to be one.
    """
    rules = AddressRules.of(settings)
    files, bad = [], []
    for number, line in enumerate(_lines(path), start=1):
        try:
            if text := _text(line, is_first=number == 1):
                files.append(_place(text, path.parent, settings.ccnews, rules))
        except FetchError as error:
            detail = f"line {number:,}: {error.detail or error.reason}"
            bad.append(BadLine(shown_line(line), error.reason, detail))
    return Archives(tuple(dict.fromkeys(files)), tuple(bad))


def archives_below(folder: Path) -> Archives:
    """Return the archives of a folder; links that lead out of it are left out."""
    files, bad = [], []
    for path in sorted(folder.rglob("*.warc.gz")):
        if _is_below(path, folder):
            files.append(str(path))
        else:
            detail = "it is a link that leads out of the folder"
            bad.append(
                BadLine(
                    shown_line(str(path).encode("utf-8", "replace")), FetchReason.OUTSIDE, detail
                )
            )
    return Archives(tuple(files), tuple(bad))


def _lines(path: Path) -> list[bytes]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as stream:
            content: bytes = stream.read(MOST_LIST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"Cannot read the list {path}: {error}.") from error
    if len(content) > MOST_LIST_BYTES:
        raise UsageError(
            f"{path} has more than {MOST_LIST_BYTES / 1e6:.0f} MB of lines: check that it is a "
            "list of archives, and split it."
        )
    return content.split(b"\n")


def _text(line: bytes, *, is_first: bool) -> str:
    """Return a line as text without white space around it; "" for a comment.

    Raises:
        FetchError: the line cannot be an address or a path.
    """
    if len(line) > MOST_LINE_BYTES:
        raise FetchError(FetchReason.BAD_URL, f"it is longer than {MOST_LINE_BYTES:,} bytes")
    try:
        text = line.decode("utf-8-sig" if is_first else "utf-8").strip()
    except UnicodeDecodeError as error:
        raise FetchError(FetchReason.BAD_URL, "it is not UTF-8") from error
    if text.startswith("#"):
        return ""
    if _UNUSABLE.search(text):
        raise FetchError(FetchReason.BAD_URL, "it has a control character or a backslash")
    return text


def _place(text: str, folder: Path, base: str, rules: AddressRules) -> str:
    """Return the address or the path of the file that a line stands for.

    Raises:
        FetchError: this file must not be read.
    """
    if _SCHEME.match(text):
        return _address(text, rules)
    file = folder / text
    if not _is_below(file, folder):
        raise FetchError(FetchReason.OUTSIDE, "it lies outside the folder of the list")
    if file.is_file():
        return str(file)
    if file.exists() or text.startswith("/"):
        raise FetchError(FetchReason.OUTSIDE, "there is no such file in the folder of the list")
    return _address(urljoin(base, text), rules)


def _address(text: str, rules: AddressRules) -> str:
    try:
        checked_url(text, rules)
    except FetchError as error:
        if error.reason is not FetchReason.SCHEME:
            raise
        raise FetchError(
            FetchReason.SCHEME, f"{error.detail}: only http and https are read"
        ) from error
    return text


def _is_below(path: Path, folder: Path) -> bool:
    """Return whether a path lies below a folder once all links are followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return False


def shown_line(line: bytes) -> str:
    """Return a line in printable characters only, so that it can be shown in a terminal."""
    text = line[: 2 * _MOST_SHOWN].decode("utf-8", "replace").strip()
    printable = "".join(one if one.isprintable() else "\ufffd" for one in text)
    return printable if len(printable) <= _MOST_SHOWN else f"{printable[: _MOST_SHOWN - 1]}…"
