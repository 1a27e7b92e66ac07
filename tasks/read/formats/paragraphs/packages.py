"""Opens the main part of an office document, which is a zip of XML files."""

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from lxml import etree

from tasks.read.formats.paragraphs import (
    DamagedDocumentError,
    DocumentBombError,
    EncryptedDocumentError,
)
from tasks.read.zips import open_zip

# Returns whether a size after decompression is implausible, given both sizes in bytes: after and
# before decompression.
IsBomb = Callable[[int, int], bool]

_MANIFEST = "META-INF/manifest.xml"
_MOST_MANIFEST = 1_000_000
# Exceptions of zipfile, its decompressors and lxml for damaged bytes.
_DAMAGE = (
    KeyError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    etree.XMLSyntaxError,
)


@contextmanager
def package_part(file: BinaryIO, name: str, is_bomb: IsBomb) -> Iterator[IO[bytes]]:
    """Open a part of a package. Damage that is found while it is read is reported, too.

    Raises:
        DamagedDocumentError: The file is no such package, or it cannot be read from here on.
        DocumentBombError: The part is a decompression bomb.
        EncryptedDocumentError: The package says that it needs a password.
    """
    try:
        with open_zip(file) as package:
            part = package.getinfo(name)
            if is_bomb(part.file_size, part.compress_size):
                raise DocumentBombError
            if _is_encrypted(package):
                raise EncryptedDocumentError
            with package.open(part) as main:
                yield main
    except _DAMAGE as error:
        raise DamagedDocumentError(str(error)[:200]) from error


def free_element(element: etree._Element) -> None:
    """Remove an element's content and all elements before it.

    lxml keeps every element that it has parsed; without this the tree would grow to its full size.
    """
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _is_encrypted(package: zipfile.ZipFile) -> bool:
    if _MANIFEST not in package.NameToInfo:
        return False
    with package.open(_MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(_MOST_MANIFEST)
