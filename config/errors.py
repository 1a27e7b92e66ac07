"""All errors that Broadsheet raises on purpose.

A message is one sentence that says what happened, where, and what to do. The command line prints it
and ends with `exit_status`. An exception that is neither a `BroadsheetError` nor an `OSError` is a
defect.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class BroadsheetError(Exception):
    """The run failed. Nothing unfinished was published."""

    exit_status = 1


class UsageError(BroadsheetError):
    """A path, a setting, a query or an option that the user gave is wrong."""

    exit_status = 2


class DamagedWarehouseError(BroadsheetError):
    """A file of the warehouse is missing or unreadable. `broadsheet repair` repairs it."""


class WarehouseLockedError(BroadsheetError):
    """Another process is writing to the warehouse."""


class UnbalancedRunError(BroadsheetError):
    """The ledger does not account for every document. The run must not be published."""


class WorkerError(BroadsheetError):
    """A worker process cannot work at all, whatever the document is."""


class UnansweredError(BroadsheetError):
    """A service that holds files does not answer now. No document is at fault; a run stops."""


class RefusedError(UnansweredError):
    """A service that holds files refuses what was asked; asking again does not help."""


class ExtractorError(BroadsheetError):
    """The extractor failed on one page, which becomes `failed` with reason `extractor_error`."""


class NightFailedError(BroadsheetError):
    """More sources of a night failed than the settings allow. The others are published."""


class ServiceError(BroadsheetError):
    """The Prefect server, or the process that runs its flows, cannot be started or reached."""


class StoppedError(BroadsheetError):
    """The user stopped the run with Ctrl-C."""

    exit_status = 130


@contextmanager
def stopped_by_ctrl_c(sentence: str) -> Iterator[None]:
    """Turn Ctrl-C into a StoppedError with this sentence.

    DuckDB turns Ctrl-C during a statement into a RuntimeError that it causes.
    """
    try:
        yield
    except (KeyboardInterrupt, RuntimeError) as error:
        if not isinstance(error.__cause__ or error, KeyboardInterrupt):
            raise
        raise StoppedError(sentence) from error


def os_error_message(error: OSError) -> str:
    """Return a sentence for an error of the operating system, such as a full disk."""
    place = f" ({error.filename})" if error.filename else ""
    fault = f"{error.strerror or error}{place}"
    return f"{fault}; correct that and repeat the command, which resumes a run that had begun."
