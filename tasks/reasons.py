"""Every reason that the tables give for an outcome, each with its meaning.

The names are stable across versions, because people query them in SQL. The reasons that SQL
statements write (`warehouse/sql/resolve`, `warehouse/sql/nights`) are members, too; a test compares
them. `docs/tables.md` is made from the meanings.
"""

from enum import StrEnum
from typing import Literal, Self

_Outcome = Literal["rejected", "failed", "duplicate"]
DropOutcome = Literal["rejected", "failed"]


class Reason(StrEnum):
    """Why a document is not loaded, as `documents.reason` names it.

    Attributes:
        outcome: the outcome in the ledger.
        meaning: one sentence for the docs.
    """

    outcome: _Outcome
    meaning: str

    def __new__(cls, value: str, outcome: _Outcome, meaning: str) -> Self:
        """Make a member whose value is the name in the ledger."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.outcome = outcome
        member.meaning = meaning
        return member

    @property
    def drop_outcome(self) -> DropOutcome:
        """Return the outcome of a document that is dropped by reading or processing."""
        assert self.outcome != "duplicate", f"{self} is decided in resolve"
        return self.outcome

    # Reading: files and members
    EMPTY = "empty", "rejected", "The file, record or row has no content."
    HIDDEN_FILE = "hidden_file", "rejected", "A file of the operating system or a hidden file."
    COMPANION = (
        "companion",
        "rejected",
        "A file that belongs to a saved page or a crawl and is no page: a frame, an index, a log.",
    )
    NOT_A_FILE = "not_a_file", "rejected", "A link, pipe, socket or device, which is never opened."
    BROKEN_LINK = "broken_link", "rejected", "A symbolic link to something that does not exist."
    SYMLINK_LOOP = "symlink_loop", "rejected", "A symbolic link that leads back to itself."
    READER_DIED = (
        "reader_died",
        "failed",
        "Reading on from here raised an error, took too long or killed the worker process.",
    )
    LINK_LEADS_OUT = (
        "link_leads_out",
        "rejected",
        "A symbolic link to a file outside the folder that was named: name that file, too.",
    )
    UNREADABLE = "unreadable", "failed", "The system refused to open or read the file."
    UNKNOWN_FORMAT = (
        "unknown_format",
        "rejected",
        "A format that is not supported, such as e-mail, or a web page that is named as data.",
    )
    NOT_TEXT = "not_text", "rejected", "Binary content: an image, a program, random bytes."
    TOO_LARGE = (
        "too_large",
        "rejected",
        "Larger than read.document_bytes, or longer than process.page_chars.",
    )
    # Reading: compression and archives
    TRUNCATED = "truncated", "failed", "The input ends before what it announces."
    CORRUPT = "corrupt", "failed", "The compressed data or the archive is damaged here."
    BOMB = "bomb", "rejected", "Compressed data that grows beyond the limits of the settings."
    NESTED_TOO_DEEP = (
        "nested_too_deep",
        "rejected",
        "More containers within containers than the setting read.nesting allows.",
    )
    UNSAFE_PATH = "unsafe_path", "rejected", "A member whose name leads out of its archive."
    ENCRYPTED = "encrypted", "rejected", "A member or document that needs a password."
    # Reading: WARC records
    BROKEN_RECORD = "broken_record", "failed", "No WARC record can be recognised at this place."
    WRONG_LENGTH = (
        "wrong_length",
        "failed",
        "The record does not end where its Content-Length says.",
    )
    BROKEN_HTTP = "broken_http", "failed", "The record's HTTP response has no readable header."
    BAD_ENCODING = (
        "bad_encoding",
        "failed",
        "The response's Content-Encoding or Transfer-Encoding cannot be decoded.",
    )
    REVISIT = (
        "revisit",
        "rejected",
        "Unchanged since an earlier capture: a duplicate if that capture is here, else rejected.",
    )
    HTTP_STATUS = "http_status", "rejected", "A response with a status other than 200."
    NOT_HTML = "not_html", "rejected", "A response that is neither HTML nor plain text."
    TAKEN_DOWN = (
        "taken_down",
        "rejected",
        "The article was removed by `broadsheet takedown` and is not loaded again.",
    )
    # Reading: downloads of press databanks
    MISSING_DOCUMENT = (
        "missing_document",
        "failed",
        "A document that a databank's download declares but does not contain.",
    )
    BROKEN_DOCUMENT = (
        "broken_document",
        "failed",
        "A document of a databank's download that cannot be read as an article.",
    )
    # Reading: rows
    BAD_ROW = "bad_row", "rejected", "A row that cannot be parsed in the format of its file."
    NO_TEXT = "no_text", "rejected", "A row without text or HTML, or a PDF of pictures only."
    NO_KNOWN_COLUMNS = (
        "no_known_columns",
        "rejected",
        "A table without a known column of text or HTML: name it by --map text=COLUMN.",
    )
    # Processing
    TOO_MANY_TAGS = "too_many_tags", "rejected", "The page has more tags than process.tag_count."
    TOO_DEEP = "too_deep", "rejected", "Elements are nested deeper than process.tag_depth."
    TOO_MANY_ATTRIBUTES = (
        "too_many_attributes",
        "rejected",
        "One tag has more attributes than process.tag_attributes.",
    )
    TOO_SHORT = (
        "too_short",
        "rejected",
        "A page with fewer words than process.min_words, or a text without any word.",
    )
    NOT_PROSE = (
        "not_prose",
        "rejected",
        "Source code, a log, a licence, a list or mail: a text that is not a story.",
    )
    SOFT_404 = (
        "soft_404",
        "rejected",
        "The page says that there is no such page, though its status was 200.",
    )
    BOT_CHECK = "bot_check", "rejected", "The page asks for proof that the visitor is not a robot."
    CONSENT_WALL = "consent_wall", "rejected", "The page holds little but a request for consent."
    SECTION_FRONT = (
        "section_front",
        "rejected",
        "The page is a front page or the front of a section.",
    )
    LISTING = (
        "listing",
        "rejected",
        "The page lists other pages: a category, a topic, search results, an author's work.",
    )
    COLLECTION = "collection", "rejected", "The page is a shop's collection of products."
    PRODUCT = "product", "rejected", "The page sells a product."
    SERVICE = "service", "rejected", "The page advertises a service."
    FORUM = "forum", "rejected", "The page is a thread of a forum or a question with answers."
    DOCUMENTATION = "documentation", "rejected", "The page is part of a manual or a reference."
    EXTRACTOR_ERROR = "extractor_error", "failed", "The extractor raised an error on this page."
    INTERNAL_ERROR = (
        "internal_error",
        "failed",
        "Broadsheet raised an error on this document: a defect, please report it.",
    )
    # Worker processes
    TIMEOUT = (
        "timeout",
        "failed",
        "The document took longer than process.page_seconds; its worker was replaced.",
    )
    WORKER_DIED = "worker_died", "failed", "The document killed its worker process twice."
    # Resolving
    SAME_BYTES = (
        "same_bytes",
        "duplicate",
        "The same article with the very same bytes is in the warehouse.",
    )
    SAME_TEXT = "same_text", "duplicate", "The same article with the same text is in the warehouse."
    SAME_RESULT = (
        "same_result",
        "duplicate",
        "The present extractor gives the same result as the stored version.",
    )
    OUTDATED_VERSION = (
        "outdated_version",
        "duplicate",
        "The bytes are those of a version that the publisher has replaced.",
    )


class FetchReason(StrEnum):
    """Why an attempt to fetch an address gave no page, as `fetches.reason` names it.

    Attributes:
        passing: whether a later attempt may succeed.
        meaning: one sentence for the docs.
    """

    passing: bool
    meaning: str

    def __new__(cls, value: str, passing: bool, meaning: str) -> Self:
        """Make a member whose value is the name in the table."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.passing = passing
        member.meaning = meaning
        return member

    BAD_URL = "bad_url", False, "It is not a valid web address."
    SCHEME = "scheme", False, "Its scheme is neither http nor https."
    USERINFO = "userinfo", False, "The address contains a user name or a password."
    PRIVATE_ADDRESS = (
        "private_address",
        False,
        "The host is in a private network, or one of its addresses is.",
    )
    OUTSIDE = (
        "outside",
        False,
        "A list of archives names a file that does not lie below the list's folder.",
    )
    ROBOTS = "robots", False, "robots.txt disallows it."
    TDM_RESERVED = (
        "tdm_reserved",
        False,
        "Text and data mining is reserved, and the setting fetch.obey_tdm is on.",
    )
    TAKEN_DOWN = "taken_down", False, "It leads to a page that was taken down; nothing is stored."
    GONE = "gone", False, "404 or 410: there is no such page."
    HTTP_STATUS = "http_status", False, "The server answered with a status other than 200."
    TOO_LARGE = "too_large", False, "The body is larger than a page may be."
    BOMB = "bomb", False, "The body grows too much when it is decompressed."
    BAD_ENCODING = "bad_encoding", True, "The body is not in the encoding that its header names."
    BAD_RESPONSE = "bad_response", True, "The answer is not valid HTTP."
    REDIRECT_LOOP = "redirect_loop", False, "Redirects lead back to an earlier address."
    TOO_MANY_REDIRECTS = "too_many_redirects", False, "More redirects than fetch.redirects."
    BAD_REDIRECT = "bad_redirect", False, "A redirect does not name a usable address."
    BROKEN_LIST = (
        "broken_list",
        False,
        "A feed or sitemap of which nothing can be read, because its form is broken.",
    )
    INTERNAL_ERROR = "internal_error", False, "A defect of Broadsheet: please report it."
    DNS = "dns", True, "The host's name could not be resolved."
    CONNECT = "connect", True, "No connection to the host."
    TLS = "tls", True, "The host's certificate cannot be trusted, or TLS failed."
    RESET = "reset", True, "The connection was closed before the answer was whole."
    TRUNCATED = "truncated", True, "The body is shorter than its header says."
    TIMEOUT = "timeout", True, "The server took too long."
    SERVER_ERROR = "server_error", True, "The server answered with 5xx."
    RATE_LIMITED = "rate_limited", True, "The server answered with 429: too many requests."
    ROBOTS_UNREACHABLE = (
        "robots_unreachable",
        True,
        "robots.txt could not be fetched, so nothing may be requested from the host.",
    )
    HOST_GIVEN_UP = "host_given_up", True, "The host failed too often tonight."
    LONG_DELAY = (
        "long_delay",
        True,
        "The host asks for pauses longer than the setting `fetch.longest_delay`.",
    )
    NIGHT_OVER = "night_over", True, "The time for the night was used up."


class Selection(StrEnum):
    """Why a listed address is fetched tonight or not, as `discoveries.verdict` names it."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Make a member whose value is the name in the table."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    NEW = "new", "It was not known before and is to be fetched."
    CHANGED = "changed", "The list says that it has changed since it was fetched."
    RETRY = (
        "retry",
        "It failed in an earlier night for a passing reason, or robots.txt disallowed it.",
    )
    REVISIT = "revisit", "It is due to be fetched again (fetch.revisit_days)."
    KNOWN = "known", "It is known and not due to be fetched again."
    GIVEN_UP = "given_up", "It failed for good, or too often."
    TWIN = "twin", "It was found in another list as well, where it is counted."
    EXCLUDED = "excluded", "The source's include or exclude leaves it out."
    OVER_LIMIT = "over_limit", "There were too many new addresses; it waits for the next night."
    PUT_OFF = "put_off", "It is known and was due again, but there were too many; it waits."
