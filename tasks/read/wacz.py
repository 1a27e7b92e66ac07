"""Recognises WACZ files and which of their members hold pages; isolates what the format is.

A WACZ (https://specs.webrecorder.net/wacz) is a zip with WARC files in `archive/`. Beside them lie
an index, a list of pages with their texts, and logs, which repeat what the records hold.
"""

import zipfile

_RECORDS = "archive/"
_DESCRIPTION = "datapackage.json"


def is_wacz(archive: zipfile.ZipFile, name: str) -> bool:
    """Return whether a zip is a WACZ.

    Args:
        name: of the zip, in lower case.
    """
    members = archive.namelist()
    described = name.endswith(".wacz") or _DESCRIPTION in members
    return described and any(one.startswith(_RECORDS) and ".warc" in one for one in members)


def holds_records(member: str) -> bool:
    """Return whether a member of a WACZ holds records of pages."""
    return member.startswith(_RECORDS)
