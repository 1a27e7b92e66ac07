"""Why reading drops a document or a hole, each reason with its outcome and its meaning."""

from enum import StrEnum
from typing import Self

from tasks.records import DropOutcome


class Reason(StrEnum):
    """A reason as it stands in the ledger; the docs are generated from `meaning`."""

    outcome: DropOutcome
    meaning: str

    def __new__(cls, value: str, outcome: DropOutcome, meaning: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.outcome = outcome
        member.meaning = meaning
        return member

    # Files and members
    EMPTY = "empty", "rejected", "The file, record or row has no content."
    HIDDEN_FILE = "hidden_file", "rejected", "A file of the operating system or a hidden file."
    NOT_A_FILE = "not_a_file", "rejected", "A link, pipe, socket or device, which is never opened."
    BROKEN_LINK = "broken_link", "rejected", "A symbolic link to something that is not there."
    SYMLINK_LOOP = "symlink_loop", "rejected", "A symbolic link that leads back to itself."
    READER_DIED = (
        "reader_died",
        "failed",
        "Reading on from here took too long or killed the worker process.",
    )
    LINK_LEADS_OUT = (
        "link_leads_out",
        "rejected",
        "A symbolic link to a file outside the folder that was named; name that file, too.",
    )
    UNREADABLE = "unreadable", "failed", "The system refused to open or read the file."
    UNKNOWN_FORMAT = (
        "unknown_format",
        "rejected",
        "A document or container of a kind that is not read, such as PDF or MHTML.",
    )
    NOT_TEXT = "not_text", "rejected", "Binary content: an image, a program, random bytes."
    TOO_LARGE = "too_large", "rejected", "Larger than the setting read.document_bytes allows."
    # Compression and archives
    TRUNCATED = "truncated", "failed", "The input ends before what it announces."
    CORRUPT = "corrupt", "failed", "The compressed data or the archive is damaged here."
    BOMB = "bomb", "rejected", "Compressed data that grows beyond the bounds of the settings."
    NESTED_TOO_DEEP = (
        "nested_too_deep",
        "rejected",
        "More containers within containers than the setting read.nesting allows.",
    )
    UNSAFE_PATH = "unsafe_path", "rejected", "A member whose name leads out of its archive."
    ENCRYPTED = "encrypted", "rejected", "A member that needs a password."
    # WARC records
    BROKEN_RECORD = "broken_record", "failed", "No WARC record can be recognised at this place."
    WRONG_LENGTH = (
        "wrong_length",
        "failed",
        "The record's Content-Length does not lead to the end of the record.",
    )
    BROKEN_HTTP = "broken_http", "failed", "The record's HTTP response has no readable header."
    BAD_ENCODING = (
        "bad_encoding",
        "failed",
        "The response's Content-Encoding or Transfer-Encoding cannot be undone.",
    )
    REVISIT = (
        "revisit",
        "rejected",
        "A revisit record: the page was unchanged since an earlier one.",
    )
    HTTP_STATUS = "http_status", "rejected", "A response with another status than 200."
    NOT_HTML = "not_html", "rejected", "A response that is neither HTML nor plain text."
    # Rows
    BAD_ROW = "bad_row", "rejected", "A row that cannot be parsed as what its file is."
    NO_TEXT = "no_text", "rejected", "A row with neither text nor HTML."
    NO_KNOWN_COLUMNS = (
        "no_known_columns",
        "rejected",
        "A table without a column of text or HTML; --map text=COLUMN names it.",
    )


BY_NAME: dict[str, Reason] = {reason.value: reason for reason in Reason}
