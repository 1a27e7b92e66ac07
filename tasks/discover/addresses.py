"""Addresses as lists write them, made fit to be fetched."""

import re
from urllib.parse import quote

from tasks.process.urls import UNSAFE, absolute_url

# The common case, at a twentieth of the price of joining.
READY = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?/[\w~.,;:!$'()*+&=@%/?-]*", re.ASCII)
MOST_CHARACTERS = 8_000  # longer ones are refused by servers; RFC 9110 asks for 8000 at least


def page_address(written: object, base: str) -> str | None:
    """The http(s) address that a list names; None if it names none.

    White space and controls within it are percent-encoded, all else stays as written. The fragment
    goes, but for `#!`, which some sites took for a path.
    """
    if not isinstance(written, str) or len(written) > MOST_CHARACTERS:
        return None
    written = written.strip()
    if READY.fullmatch(written):
        return written
    joined = absolute_url(written, base)
    if joined is None:
        return None
    page, _, fragment = joined.partition("#")
    address = f"{page}#{fragment}" if fragment.startswith("!") else page
    return UNSAFE.sub(lambda found: quote(found[0], errors="surrogatepass"), address)
