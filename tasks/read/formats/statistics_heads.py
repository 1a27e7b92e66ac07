"""Recognises the data files of Stata, SPSS and SAS by their first bytes."""

import re

STATISTICS = "Stata or SPSS"
# Before Stata 13 a file begins with the number of its format, the byte order, and 1, 0.
_STATA = re.compile(rb"<stata_dta><header><release>|[\x68-\x73][\x01\x02]\x01[\x00-\x01]")
_SPSS = (b"$FL2@(#)", b"$FL3@(#)")
# The second of five names of 40 bytes, as in file(1). A zip that stores such a file has it later.
_PORTABLE = (b"ASCII SPSS PORT FILE", 40)
_SAS = (b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14", b"HEADER RECORD*******LIBRARY HEADER RECORD!")


def statistics_program(head: bytes) -> str | None:
    """Return the format of a data file: "Stata", "SPSS" or "SPSS portable"; None for others."""
    if head.startswith(_SPSS):
        return "SPSS"
    if _STATA.match(head):
        return "Stata"
    return "SPSS portable" if head.startswith(*_PORTABLE) else None


def is_sas(head: bytes) -> bool:
    """Return whether a file is a data file of SAS, which is not read."""
    return head.startswith(_SAS)
